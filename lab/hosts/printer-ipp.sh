# A printer that speaks IPP Everywhere: printer-ipp.sh MAKE MODEL.
. /lab/hosts/common.sh
lease
network_time 10.77.20.1
multicast_dns
snmp_agent "$1 $2"
mkdir -p /var/spool/pages
sleep 1
ippeveprinter -p 631 -s 30 -M "$1" -m "$2" -d /var/spool/pages \
  -f application/pdf,image/pwg-raster,image/urf,application/postscript,text/plain "$1 $2" &
socat -u TCP-LISTEN:9100,reuseaddr,fork OPEN:/dev/null &
touch /run/lab-ready
wait
