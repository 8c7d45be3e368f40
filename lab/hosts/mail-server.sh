# A mail server: mail-server.sh DOMAIN MTA WEB DIRECTORY KEY USERS
# DOMAIN is what it takes mail for besides its own name; MTA postfix | exim; WEB nginx | apache | lighttpd;
# DIRECTORY own (every account here) or AD-DOMAIN@HOST of a directory that is asked for each sign-in (LDAP over TLS);
# KEY ec | rsa; USERS separated by commas.
. /lab/hosts/common.sh
. /lab/hosts/managed.sh
. /lab/hosts/domain.sh
. /lab/hosts/web-fronts.sh
. /lab/hosts/mail-parts.sh
domain=$1 mta=$2 web=$3 directory=$4 key=$5 users=${6//,/ }
upkeep
certificate "$key" "$(hostname).$domain" "autodiscover.$domain" "$(hostname)"
accounts
"serve_$mta"
mailboxes
answers_for_mail
web_front "$web" /srv/web
for port in 25 465 587 143 993 995 443; do wait_for listens "$port" || exit; done
touch /run/lab-ready
correspondence &
wait
