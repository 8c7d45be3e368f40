# A file server: file-server.sh ADDRESS DOMAIN WORKGROUP CONTROLLER USERS KEY SERVICES
# KEY is ec or rsa. USERS and SERVICES are separated by commas. SERVICES: smb (own users), smb-domain (joined to the domain that
# CONTROLLER, an address, serves), nfs, rsync, ftp, dav; secure shell has every server.
. /lab/hosts/common.sh
. /lab/hosts/managed.sh
. /lab/hosts/domain.sh
. /lab/hosts/web-fronts.sh
address=$1 domain=$2 workgroup=$3 controller=$4 users=${5//,/ } key=$6 services=${7//,/ }
office=/srv/office
mkdir -p "$office"
cp /lab/documents/* "$office"
chmod -R 777 "$office"

# The office's people as users of this host.
accounts() {
  local user
  for user in $users; do
    if ! id "$user" > /dev/null 2>&1; then useradd -M -d "$office" "$user"; fi
    echo "$user:office-Word1"
  done | chpasswd
}

smb_daemons() {
  mkdir -p /run/samba /var/log/samba
  smbd -F --no-process-group &
  nmbd -F --no-process-group &
}

# Shares are the same in both kinds; forcing the owner keeps rights out of the picture.
smb_settings() {
  printf '%s\n' '[global]' "workgroup = $workgroup" 'load printers = no' 'disable spoolss = yes' \
    'map to guest = never' "$@" '[office]' "path = $office" 'read only = no' 'force user = root' > /etc/samba/smb.conf
}

serve_smb() {
  smb_settings 'server role = standalone server'
  accounts
  local user
  for user in $users; do printf 'office-Word1\noffice-Word1\n' | smbpasswd -s -a "$user"; done
  smb_daemons
}

# Joining needs no daemon. Without winbind in nsswitch.conf smbd would know no user of the domain.
serve_smb_domain() {
  own_name "$domain" "$address"
  names_by "$domain" "$controller"
  kerberos_client "$domain"
  smb_settings 'security = ads' "realm = ${domain^^}" 'kerberos method = secrets and keytab' \
    'idmap config * : backend = tdb' 'idmap config * : range = 3000-7999' \
    "idmap config $workgroup : backend = rid" "idmap config $workgroup : range = 10000-99999"
  mkdir -p /run/samba
  wait_for answers "$controller" 3268
  local try
  for try in 1 2 3; do
    timeout 40 net ads join -U 'Administrator%Office-Admin1' && break
    sleep "$try"
  done
  sed -i 's/^\(passwd\|group\):.*/\1: files winbind/' /etc/nsswitch.conf
  winbindd -F --no-process-group &
  smb_daemons
}

# Exported from a tmpfs: the overlay gives no file handles.
serve_nfs() {
  mkdir -p /srv/nfs /run/ganesha /var/log/ganesha
  mount -t tmpfs -o size=200m lab-nfs /srv/nfs
  cp /lab/documents/* /srv/nfs/
  chmod -R 777 /srv/nfs
  cat > /run/ganesha.conf <<G
NFS_CORE_PARAM { Protocols = 3,4; mount_path_pseudo = true; Enable_NLM = false; Enable_RQUOTA = false; }
NFSV4 { Graceless = true; }
EXPORT { Export_Id = 1; Path = /srv/nfs; Pseudo = /nfs; Access_Type = RW; Squash = No_root_squash; SecType = sys;
  FSAL { Name = VFS; } }
G
  rpcbind -f -w &
  wait_for listens 111
  ganesha.nfsd -F -L /dev/stderr -f /run/ganesha.conf -N EVENT &
}

serve_rsync() {
  printf '[backup]\n  path = %s\n  read only = no\n  uid = 0\n  gid = 0\n' "$office" > /etc/rsyncd.conf
  rsync --daemon --no-detach &
}

# FTP with and without TLS; one user's folder for all, passive ports in a small range.
serve_ftp() {
  accounts
  mkdir -p /var/run/vsftpd/empty
  printf '%s\n' listen=YES background=NO local_enable=YES write_enable=YES anonymous_enable=NO "local_root=$office" \
    seccomp_sandbox=NO isolate=NO isolate_network=NO pasv_min_port=40000 pasv_max_port=40100 ssl_enable=YES force_local_logins_ssl=NO \
    force_local_data_ssl=NO require_ssl_reuse=NO rsa_cert_file=/run/tls/cert.pem \
    rsa_private_key_file=/run/tls/key.pem secure_chroot_dir=/var/run/vsftpd/empty pam_service_name=vsftpd \
    xferlog_enable=NO > /run/vsftpd.conf
  vsftpd /run/vsftpd.conf &
}

# WebDAV (RFC 4918), as file stores behind a web server offer it.
serve_dav() {
  front_apache "$office" "Alias /files $office" 'DavLockDB /run/apache2/locks' "<Directory $office>" 'Dav On' '</Directory>'
}

upkeep
certificate "$key" "$(hostname -f)" "$(hostname).$domain"
for service in $services; do
  case $service in
    smb) serve_smb && ports+=(445) ;;
    smb-domain) serve_smb_domain && ports+=(445) ;;
    nfs) serve_nfs && ports+=(2049) ;;
    rsync) serve_rsync && ports+=(873) ;;
    ftp) serve_ftp && ports+=(21) ;;
    dav) serve_dav && ports+=(443) ;;
  esac
done
for port in "${ports[@]}"; do wait_for listens "$port" || exit; done
touch /run/lab-ready
wait
