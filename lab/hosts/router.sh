# The site's router: forwarding between the segments, DHCP, DNS, router advertisements, time.
. /lab/hosts/common.sh
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
mkdir -p /run/chrony
printf 'local stratum 8\nallow 10.77.0.0/16\nallow fd77::/16\ndriftfile /run/chrony.drift\ncmdport 0\n' > /run/chrony.conf
dnsmasq -k -C /lab/site/dnsmasq.conf --user=root --log-facility=- &
chronyd -x -d -u root -f /run/chrony.conf &
touch /run/lab-ready
wait
