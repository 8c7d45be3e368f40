# A printer whose inside is CUPS: IPP under a queue's name, LPD, its own pages at port 631.
# printer-cups.sh MAKE MODEL QUEUE WORD...; words of printer-parts.sh.
. /lab/hosts/common.sh
. /lab/hosts/managed.sh
. /lab/hosts/printer-parts.sh
make=$1 model=$2 queue=$3
shift 3
lease
network_time 10.77.20.1
announce "$make $model" "$@"
snmp_agent "$make $model"
mkdir -p /run/cups /var/spool/cups
printf '%s\n' 'Listen *:631' 'Listen /run/cups/cups.sock' 'ServerAlias *' 'WebInterface Yes' 'Browsing Yes' \
  'BrowseLocalProtocols dnssd' 'DefaultShared Yes' 'JobPrivateAccess all' 'JobPrivateValues none' 'PreserveJobHistory Yes' \
  '<Location />' 'Order allow,deny' 'Allow all' '</Location>' \
  '<Policy default>' '<Limit All>' 'Order allow,deny' 'Allow all' '</Limit>' '</Policy>' > /run/cupsd.conf
echo 'FileDevice Yes' >> /etc/cups/cups-files.conf
cupsd -f -c /run/cupsd.conf &
wait_for listens 631
# Paper comes out of nowhere: what is printed goes to a port of this host that takes everything.
socat -u TCP-LISTEN:9101,bind=127.0.0.1,reuseaddr,fork OPEN:/dev/null &
wait_for lpadmin -p "$queue" -E -v socket://127.0.0.1:9101 -D "$make $model" -o printer-is-shared=true -m raw
socat TCP-LISTEN:515,reuseaddr,fork EXEC:/usr/lib/cups/daemon/cups-lpd &
wait_for listens 515
touch /run/lab-ready
wait
