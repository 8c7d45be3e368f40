# An office workstation before anyone works at it: workstation.sh NOISE...  with noise mdns, wsd, netbios, llmnr, ssdp.
. /lab/hosts/common.sh
lease
network_time 10.77.10.1

noise() {
  case $1 in
    mdns) multicast_dns ;;
    wsd) wsdd -i eth0 -4 -w CORP & ;;
    netbios)
      mkdir -p /run/samba /var/log/samba
      printf '[global]\n  workgroup = CORP\n  server role = standalone server\n' > /run/smb.conf
      nmbd -F --no-process-group -s /run/smb.conf &
      ;;
    llmnr) # one query for "wpad" (RFC 4795) a minute
      while :; do
        printf '\x12\x34\0\0\0\1\0\0\0\0\0\0\x04wpad\0\0\1\0\1' > /dev/udp/224.0.0.252/5355
        sleep 47
      done &
      ;;
    ssdp)
      while :; do
        printf 'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: %s\r\n\r\n' \
          'urn:dial-multiscreen-org:service:dial:1' > /dev/udp/239.255.255.250/1900
        sleep 61
      done &
      ;;
  esac
}
for kind in "$@"; do noise "$kind"; done
touch /run/lab-ready
wait
