# do-ansible.sh MODULE HOST...: one job over several hosts by ssh; MODULE raw (a command) | setup | copy.
module=$1
shift
export HOME=/root ANSIBLE_HOST_KEY_CHECKING=False ANSIBLE_LOCAL_TEMP=/tmp/ansible ANSIBLE_NOCOLOR=1
hosts=$(printf '%s,' "$@")
case $module in
  raw) arguments=(-m raw -a 'uptime; df -h; ls -l /etc') ;;
  setup) arguments=(-m setup -a 'gather_subset=min') ;;
  copy) arguments=(-m copy -a "src=/lab/documents/note-3.txt dest=/tmp/motd-$RANDOM") ;;
esac
exec ansible all -i "$hosts" -u root -f 2 -T 6 "${arguments[@]}"
