# An older printer: port 9100, LPD and a small web page, no IPP. printer-raw.sh MAKE MODEL WORD...; words of
# printer-parts.sh.
. /lab/hosts/common.sh
. /lab/hosts/managed.sh
. /lab/hosts/printer-parts.sh
make=$1 model=$2
shift 2
lease
network_time 10.77.20.1
cat > /run/advert.service <<A
<?xml version="1.0" standalone='no'?><!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>$make $model</name>
<service><type>_pdl-datastream._tcp</type><port>9100</port><txt-record>ty=$make $model</txt-record></service>
<service><type>_printer._tcp</type><port>515</port><txt-record>rp=raw</txt-record></service>
</service-group>
A
announce "$make $model" "${@/#mdns/mdns=/run/advert.service}"
snmp_agent "$make $model"
socat -u TCP-LISTEN:9100,reuseaddr,fork OPEN:/dev/null &

# cupsd listens on its socket only; LPD is spoken by its mini-daemon.
mkdir -p /run/cups /var/spool/cups
printf '%s\n' 'Listen /run/cups/cups.sock' 'WebInterface No' 'Browsing No' '<Location />' 'Order allow,deny' \
  'Allow all' '</Location>' > /run/cupsd.conf
echo 'FileDevice Yes' >> /etc/cups/cups-files.conf
cupsd -f -c /run/cupsd.conf &
wait_for test -S /run/cups/cups.sock
wait_for lpadmin -p raw -E -v socket://127.0.0.1:9100 -m raw
socat TCP-LISTEN:515,reuseaddr,fork EXEC:/usr/lib/cups/daemon/cups-lpd &
wait_for listens 515
touch /run/lab-ready
wait
