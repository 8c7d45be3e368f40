# What printers have besides paper; sourced after common.sh and managed.sh.

# announce NAME WORD...: how the printer makes itself known, and pages about it. Words: mdns, mdns=FILE (adverts of its
# own), ssdp, wsd, netbios, llmnr, page (port 80), page-tls (port 443).
announce() {
  local name=$1 word
  shift
  for word in "$@"; do
    case $word in
      mdns) multicast_dns ;;
      mdns=*) multicast_dns "${word#mdns=}" ;;
      ssdp) notify & ;;
      wsd) wsdd -i eth0 -4 -w OFFICE > /dev/null 2>&1 & ;;
      netbios)
        mkdir -p /run/samba /var/log/samba
        printf '[global]\n  workgroup = OFFICE\n  server role = standalone server\n' > /run/smb.conf
        nmbd -F --no-process-group -s /run/smb.conf &
        ;;
      llmnr)
        while :; do
          printf '\x43\x21\0\0\0\1\0\0\0\0\0\0\x04wpad\0\0\1\0\1' > /dev/udp/224.0.0.252/5355
          sleep $((40 + RANDOM % 60))
        done &
        ;;
      page) pages="${pages:-} listen 80;" ;;
      page-tls)
        certificate rsa "$(hostname -f)" "$(hostname)"
        pages="${pages:-} listen 443 ssl; ssl_certificate /run/tls/cert.pem; ssl_certificate_key /run/tls/key.pem;"
        ;;
    esac
  done
  if [ -n "${pages:-}" ]; then
    mkdir -p /srv/page
    printf '<html><title>%s</title><p>Ready. Toner %s %%, %s pages.</p></html>\n' "$name" $((RANDOM % 100)) "$RANDOM" \
      > /srv/page/index.html
    printf '%s\n' 'daemon off; user root; pid /run/nginx.pid; error_log stderr; worker_processes 1; events {}' \
      "http { access_log off; server { $pages root /srv/page; } }" > /run/nginx.conf
    nginx -c /run/nginx.conf &
  fi
}

# Says over SSDP that a printer is there (UPnP Device Architecture, 1.2).
notify() {
  local address
  while :; do
    address=$(own_address)
    printf 'NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=1800\r\nLOCATION: http://%s/ssdp.xml\r\nNT: urn:schemas-upnp-org:device:Printer:1\r\nNTS: ssdp:alive\r\n\r\n' \
      "$address" > /dev/udp/239.255.255.250/1900
    sleep $((30 + RANDOM % 60))
  done
}
