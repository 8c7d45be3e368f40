# The distance to the outside: delay.sh ONE_WAY_MS JITTER_MS SECONDS SEED.
echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
touch /run/lab-ready
exec /usr/bin/python3 /lab/hosts/delay.py eth0 far "$@"
