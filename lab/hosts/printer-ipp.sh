# A printer that speaks IPP Everywhere: printer-ipp.sh MAKE MODEL WORD...; words of printer-parts.sh, and jetdirect.
. /lab/hosts/common.sh
. /lab/hosts/managed.sh
. /lab/hosts/printer-parts.sh
make=$1 model=$2
shift 2
lease
network_time 10.77.20.1
announce "$make $model" "$@"
snmp_agent "$make $model"
mkdir -p /var/spool/pages
sleep 1
ippeveprinter -p 631 -s 30 -M "$make" -m "$model" -d /var/spool/pages \
  -f application/pdf,image/pwg-raster,image/urf,application/postscript,text/plain "$make $model" &
case " $* " in
  *' jetdirect '*) socat -u TCP-LISTEN:9100,reuseaddr,fork OPEN:/dev/null & ;;
esac
wait_for listens 631
touch /run/lab-ready
wait
