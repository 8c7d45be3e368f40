# A workstation before anyone works at it: workstation.sh WORD...
# Words: mdns, wsd, netbios, llmnr, ssdp, lldp (noise); spooler; ssh; smb; member=DOMAIN=WORKGROUP=USER.
. /lab/hosts/common.sh

# What a member of the domain knows of it, and its user's ticket. DHCP has named the controller as its name server.
member() {
  local domain=$1 workgroup=$2 user=$3
  printf '%s\n' '[libdefaults]' "default_realm = ${domain^^}" 'dns_lookup_kdc = true' 'dns_lookup_realm = false' \
    'rdns = false' > /etc/krb5.conf
  printf '%s\n' '[global]' "workgroup = $workgroup" "realm = ${domain^^}" 'security = ads' \
    'kerberos method = secrets and keytab' > /etc/samba/smb.conf
  printf '%s\n' office-Word1 | timeout 5 kinit "$user" > /dev/null
}

# Its own spooler, which only programs of this host reach.
spooler() {
  mkdir -p /run/cups /var/spool/cups
  printf '%s\n' 'Listen /run/cups/cups.sock' 'WebInterface No' 'Browsing No' '<Location />' 'Order allow,deny' \
    'Allow all' '</Location>' '<Policy default>' '<Limit All>' 'Order allow,deny' 'Allow all' '</Limit>' '</Policy>' \
    > /run/cupsd.conf
  cupsd -f -c /run/cupsd.conf &
}

# A folder of this machine for everybody, and its name over NetBIOS.
shared_folder() {
  mkdir -p /run/samba /var/log/samba /srv/office
  cp /lab/documents/* /srv/office/
  chmod -R 777 /srv/office
  printf '%s\n' '[global]' "workgroup = ${workgroup:-OFFICE}" 'server role = standalone server' \
    'map to guest = bad user' 'load printers = no' 'disable spoolss = yes' '[office]' 'path = /srv/office' \
    'read only = no' 'guest ok = yes' 'force user = root' > /run/smb.conf
  smbd -F --no-process-group -s /run/smb.conf &
}

netbios() {
  mkdir -p /run/samba /var/log/samba
  if [ ! -e /run/smb.conf ]; then
    printf '[global]\n  workgroup = %s\n  server role = standalone server\n' "${workgroup:-OFFICE}" > /run/smb.conf
  fi
  nmbd -F --no-process-group -s /run/smb.conf &
}

# One query for "wpad" (RFC 4795) now and then.
llmnr() {
  while :; do
    printf '\x12\x34\0\0\0\1\0\0\0\0\0\0\x04wpad\0\0\1\0\1' > /dev/udp/224.0.0.252/5355
    sleep $((20 + RANDOM % 40))
  done
}

ssdp() {
  while :; do
    printf 'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: %s\r\n\r\n' \
      'urn:dial-multiscreen-org:service:dial:1' > /dev/udp/239.255.255.250/1900
    sleep $((25 + RANDOM % 50))
  done
}

lease
network_time 10.77.10.1
administrator_key
workgroup=
for word in "$@"; do
  case $word in
    member=*)
      IFS='=' read -r _ domain workgroup user <<< "$word"
      member "$domain" "$workgroup" "$user"
      ;;
    spooler) spooler ;;
    ssh) secure_shell ;;
    smb) shared_folder ;;
    mdns) multicast_dns ;;
    wsd) wsdd -i eth0 -4 -w "${workgroup:-OFFICE}" & ;;
    netbios) netbios ;;
    llmnr) llmnr & ;;
    ssdp) ssdp & ;;
    lldp)
      mkdir -p /run/lldpd
      lldpd -d -I eth0 > /dev/null 2>&1 &
      ;;
  esac
done
touch /run/lab-ready
wait
