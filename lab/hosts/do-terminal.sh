# do-terminal.sh HOST PORT SECONDS: one ssh session in which somebody types a command now and then.
lines=('ls -l /etc' 'df -h' 'ps ax' 'tail -n 30 /etc/services' 'uptime' 'ip addr' 'cat /etc/passwd' 'free -m' 'date')
end=$((SECONDS + $3))
{
  while [ "$SECONDS" -lt "$end" ]; do
    echo "${lines[RANDOM % ${#lines[@]}]}"
    sleep "$((RANDOM % 2)).$((RANDOM % 10))"
  done
  echo exit
} | ssh -tt -o BatchMode=yes -o ConnectTimeout=5 -p "$2" "root@$1" sh > /dev/null
# The shell at the other end gets an end of file; what its last command answered is no failure here.
[ "${PIPESTATUS[1]}" != 255 ]
