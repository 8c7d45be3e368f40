# A directory without Active Directory: OpenLDAP, MIT Kerberos, names by dnsmasq, logon shares by Samba.
# directory-mit.sh ADDRESS DOMAIN ZONE USERS KEY: the realm is the ZONE in capitals; KEY ec | rsa.
. /lab/hosts/common.sh
. /lab/hosts/managed.sh
. /lab/hosts/domain.sh
address=$1 domain=$2 zone=$3 users=${4//,/ } key=$5
realm=${zone^^} name=$(hostname).$domain base=dc=${zone//./,dc=}
network_time() { serve_time; }
upkeep
certificate "$key" "$name" "$(hostname).$zone"
printf '127.0.0.1 localhost\n%s %s %s\n' "$address" "$name" "$(hostname)" > /etc/hosts

# Clients find everything of the zone here; other questions go on to the router.
serve_names() {
  printf '%s\n' no-resolv no-hosts bind-interfaces interface=eth0 "local=/$zone/" 'server=10.77.0.1' \
    "host-record=$(hostname).$zone,$address" "txt-record=_kerberos.$zone,$realm" \
    "srv-host=_kerberos._udp.$zone,$(hostname).$zone,88" "srv-host=_kerberos._tcp.$zone,$(hostname).$zone,88" \
    "srv-host=_kpasswd._udp.$zone,$(hostname).$zone,464" "srv-host=_ldap._tcp.$zone,$(hostname).$zone,389" \
    > /run/dnsmasq.conf
  dnsmasq -k -C /run/dnsmasq.conf --user=root --log-facility=- &
}

serve_kerberos() {
  mkdir -p /var/lib/krb5kdc /etc/krb5kdc
  printf '[libdefaults]\n default_realm = %s\n rdns = false\n[realms]\n %s = {\n  kdc = %s\n  admin_server = %s\n }\n' \
    "$realm" "$realm" "$address" "$address" > /etc/krb5.conf
  printf '[realms]\n %s = {\n  database_name = /var/lib/krb5kdc/principal\n  acl_file = /etc/krb5kdc/kadm5.acl\n %s }\n' \
    "$realm" ' key_stash_file = /etc/krb5kdc/stash' > /etc/krb5kdc/kdc.conf
  echo "*/admin@$realm *" > /etc/krb5kdc/kadm5.acl
  kdb5_util create -s -P master-Word1
  {
    local user
    for user in $users; do echo "addprinc -pw office-Word1 $user"; done
    echo "addprinc -randkey ldap/$name"
    echo "ktadd -k /etc/krb5.keytab ldap/$name"
  } | kadmin.local
  krb5kdc -n &
  kadmind -nofork &
}

# Some hundred entries: people, groups, machines.
entries() {
  printf 'dn: %s\nobjectClass: dcObject\nobjectClass: organization\no: Office\ndc: %s\n\n' "$base" "${zone%%.*}"
  local unit user i
  for unit in people groups hosts; do
    printf 'dn: ou=%s,%s\nobjectClass: organizationalUnit\nou: %s\n\n' "$unit" "$base" "$unit"
  done
  for user in $users $(seq -f 'person%g' 80); do
    printf 'dn: uid=%s,ou=people,%s\nobjectClass: inetOrgPerson\nuid: %s\ncn: %s\nsn: %s\nmail: %s@%s\n' \
      "$user" "$base" "$user" "$user" "$user" "$user" "$domain"
    printf 'userPassword: office-Word1\ntelephoneNumber: 555 %d\n\n' "$RANDOM"
  done
  for i in $(seq 60); do
    printf 'dn: cn=host%d,ou=hosts,%s\nobjectClass: device\ncn: host%d\nserialNumber: %d\n\n' "$i" "$base" "$i" "$RANDOM"
  done
}

serve_ldap() {
  mkdir -p /run/slapd /srv/directory
  cat > /run/slapd.conf <<S
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile /run/tls/cert.pem
TLSCertificateKeyFile /run/tls/key.pem
TLSCACertificateFile /lab/site/ca.crt
sasl-host $name
sasl-realm $realm
authz-regexp "uid=([^,]*),.*cn=auth" "uid=\$1,ou=people,$base"
database mdb
suffix "$base"
rootdn "cn=admin,$base"
rootpw office-Word1
directory /srv/directory
index uid eq
S
  entries > /run/entries.ldif
  slapadd -q -f /run/slapd.conf -l /run/entries.ldif
  slapd -f /run/slapd.conf -h 'ldap:/// ldaps:///' -d 0 &
}

# Logon scripts and policies, as domain controllers of the older kind shared them.
serve_logon() {
  mkdir -p /run/samba /var/log/samba /srv/netlogon
  cp /lab/documents/* /srv/netlogon
  printf '%s\n' '[global]' "workgroup = ${zone%%.*}" 'server role = classic primary domain controller' \
    'load printers = no' 'disable spoolss = yes' 'domain logons = yes' 'domain master = yes' \
    '[netlogon]' 'path = /srv/netlogon' 'read only = yes' 'force user = root' > /etc/samba/smb.conf
  local user
  for user in $users; do
    useradd -M "$user"
    printf 'office-Word1\noffice-Word1\n' | smbpasswd -s -a "$user"
  done
  smbd -F --no-process-group &
  nmbd -F --no-process-group &
}

serve_names
serve_kerberos
serve_ldap
serve_logon
for port in 53 88 389 445 636; do wait_for listens "$port" || exit; done
touch /run/lab-ready
wait
