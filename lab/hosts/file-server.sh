# A file server: file-server.sh SERVICE...  with services smb, nfs, rsync.
. /lab/hosts/common.sh
mkdir -p /srv/office
cp /lab/documents/* /srv/office/
chmod -R 777 /srv/office

smb() {
  mkdir -p /run/samba /var/log/samba
  for user in alice bob; do
    useradd -M "$user"
    printf 'office\noffice\n' | smbpasswd -c /run/smb.conf -s -a "$user"
  done
  smbd -F --no-process-group -s /run/smb.conf &
  nmbd -F --no-process-group -s /run/smb.conf &
}

# Exported from a tmpfs: the overlay gives no file handles.
nfs() {
  mkdir -p /srv/nfs /run/ganesha /var/log/ganesha
  mount -t tmpfs -o size=200m lab-nfs /srv/nfs
  cp /lab/documents/* /srv/nfs/
  chmod -R 777 /srv/nfs
  rpcbind -f -w &
  sleep 0.5
  ganesha.nfsd -F -L /dev/stderr -f /run/ganesha.conf -N EVENT &
}

cat > /run/smb.conf <<S
[global]
  workgroup = CORP
  server role = standalone server
  map to guest = never
  load printers = no
  disable spoolss = yes
[office]
  path = /srv/office
  read only = no
  force user = root
S
cat > /run/ganesha.conf <<G
NFS_CORE_PARAM { Protocols = 3,4; mount_path_pseudo = true; Enable_NLM = false; Enable_RQUOTA = false; }
NFSV4 { Graceless = true; }
EXPORT { Export_Id = 1; Path = /srv/nfs; Pseudo = /nfs; Access_Type = RW; Squash = No_root_squash; SecType = sys;
  FSAL { Name = VFS; } }
G
printf '[backup]\n  path = /srv/office\n  read only = no\n  uid = 0\n  gid = 0\n' > /etc/rsyncd.conf

network_time 10.77.0.1
snmp_agent 'Linux file server'
secure_shell
for service in "$@"; do
  case $service in
    smb) smb ;;
    nfs) nfs ;;
    rsync) rsync --daemon --no-detach & ;;
  esac
done
wait
