# do-realm.sh find|logon|password|script ADDRESS NAME REALM USER: what a member of a Kerberos realm without Active Directory
# asks its server: where things are, a ticket and the own entry with it, a change of password to what it was, the files
# of its logon.
set -eu
what=$1 address=$2 name=$3 realm=$4 user=$5
zone=${realm,,}
folder=$(mktemp -d)
export KRB5_CONFIG=$folder/krb5.conf KRB5CCNAME=FILE:$folder/tickets
printf '[libdefaults]\n default_realm = %s\n rdns = false\n dns_canonicalize_hostname = false\n[realms]\n %s = {\n' \
  "$realm" "$realm" > "$KRB5_CONFIG"
printf '  kdc = %s\n  kpasswd_server = %s\n }\n[domain_realm]\n %s = %s\n' "$address" "$address" "$name" "$realm" \
  >> "$KRB5_CONFIG"
ticket() { printf '%s\n' office-Word1 | kinit "$user" > /dev/null; }
case $what in
  find)
    dig +time=2 +tries=1 "@$address" "_kerberos._udp.$zone" SRV "@$address" "_ldap._tcp.$zone" SRV \
      "@$address" "_kerberos.$zone" TXT > /dev/null
    ;;
  logon)
    ticket
    LDAPSASL_NOCANON=on ldapsearch -Q -Y GSSAPI -o nettimeout=5 -H "ldap://$name" -b "dc=${zone//./,dc=}" \
      "(uid=$user)" > /dev/null
    ;;
  script)
    smbclient "//$name/netlogon" -U "${zone%%.*}\\$user%office-Word1" -c "ls; get note-1.txt $folder/note-1.txt" > /dev/null
    ;;
  password) printf '%s\n' office-Word1 office-Word1 office-Word1 | kpasswd "$user" > /dev/null ;;
esac
rm -rf "$folder"
