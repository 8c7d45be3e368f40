# An older printer: port 9100, LPD and a small web page, no IPP. printer-raw.sh MAKE MODEL.
. /lab/hosts/common.sh
lease
network_time 10.77.20.1
cat > /run/advert.service <<A
<?xml version="1.0" standalone='no'?><!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>$1 $2</name>
<service><type>_pdl-datastream._tcp</type><port>9100</port><txt-record>ty=$1 $2</txt-record></service>
<service><type>_printer._tcp</type><port>515</port><txt-record>rp=raw</txt-record></service>
</service-group>
A
multicast_dns /run/advert.service
snmp_agent "$1 $2"
socat -u TCP-LISTEN:9100,reuseaddr,fork OPEN:/dev/null &

# cupsd listens on its socket only; LPD is spoken by its mini-daemon.
mkdir -p /run/cups /var/spool/cups
printf '%s\n' 'Listen /run/cups/cups.sock' 'WebInterface No' 'Browsing No' '<Location />' 'Order allow,deny' \
  'Allow all' '</Location>' > /run/cupsd.conf
cupsd -f -c /run/cupsd.conf &
sleep 1
echo 'FileDevice Yes' >> /etc/cups/cups-files.conf
timeout 10 lpadmin -p raw -E -v socket://127.0.0.1:9100 -m raw
socat TCP-LISTEN:515,reuseaddr,fork EXEC:/usr/lib/cups/daemon/cups-lpd &

mkdir -p /srv/page
printf '<html><title>%s %s</title><p>Ready. Toner 64 %%.</p></html>\n' "$1" "$2" > /srv/page/index.html
printf '%s\n' 'daemon off; user root; pid /run/nginx.pid; error_log stderr; events {}' \
  'http { access_log off; server { listen 80; root /srv/page; } }' > /run/nginx.conf
nginx -c /run/nginx.conf &
touch /run/lab-ready
wait
