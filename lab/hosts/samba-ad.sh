# An Active Directory controller by Samba:
# samba-ad.sh MODE ADDRESS DOMAIN WORKGROUP FORWARDER PEER USERS KEY
# MODE first makes the domain with these users (separated by commas); second joins the one that PEER, an address, serves.
. /lab/hosts/common.sh
. /lab/hosts/managed.sh
. /lab/hosts/domain.sh
mode=$1 address=$2 domain=$3 workgroup=$4 forwarder=$5 peer=$6 users=${7//,/ } key=$8
options=(--option="dns forwarder=$forwarder" --option='interfaces=lo eth0' --option='bind interfaces only=yes'
  --option='log level=1' --option='tls certfile=/run/tls/cert.pem' --option='tls keyfile=/run/tls/key.pem'
  --option='tls cafile=/lab/site/ca.crt' --dns-backend=SAMBA_INTERNAL)
rm -f /etc/samba/smb.conf
mkdir -p /run/samba /var/log/samba
own_name "$domain" "$address"
# Members take their time from the controllers.
network_time() { serve_time; }

# All in one process; one samba-tool each would take a second each.
add_users() {
  python3 - "$domain" $users <<'P'
import sys
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

settings = LoadParm()
settings.load_default()
samdb = SamDB(session_info=system_session(), lp=settings)
# People change their passwords to what they were.
samdb.modify_ldif(f'''dn: {samdb.domain_dn()}
changetype: modify
replace: minPwdAge
minPwdAge: 0
-
replace: pwdHistoryLength
pwdHistoryLength: 0
''')
for user in sys.argv[2:]:
    samdb.newuser(user, 'office-Word1', mailaddress=f'{user}@{sys.argv[1]}', givenname=user)
P
}

first() {
  names_by "$domain" "$address"
  samba-tool domain provision --use-rfc2307 --realm="${domain^^}" --domain="$workgroup" --server-role=dc \
    --adminpass=Office-Admin1 --host-ip="$address" "${options[@]}" || return
  add_users
}

# The first controller may still be making the domain when this one starts.
second() {
  names_by "$domain" "$peer"
  kerberos_client "$domain"
  wait_for answers "$peer" 3268
  local try
  for try in 1 2 3; do
    sleep "$try"
    timeout 60 samba-tool domain join "$domain" DC -U 'Administrator%Office-Admin1' "${options[@]}" && return
  done
}

upkeep
certificate "$key" "$(hostname).$domain" "$domain"
chmod 600 /run/tls/key.pem
"$mode"
cp /var/lib/samba/private/krb5.conf /etc/krb5.conf
names_by "$domain" "$address"
samba -F --no-process-group --debug-stdout -d1 &
wait_for answers "$address" 3268 || exit
touch /run/lab-ready
wait
