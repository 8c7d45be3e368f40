# do-git.sh clone URL | push URL BRANCH KILOBYTES: what a developer does with a repository, in a fresh folder.
set -eu
action=$1 url=$2
export GIT_SSL_NO_VERIFY=1 GIT_TERMINAL_PROMPT=0
rm -rf /tmp/work
git clone -q "$url" /tmp/work
if [ "$action" = clone ]; then exit 0; fi
cd /tmp/work
git checkout -q -B "$3"
head -c "${4}000" /dev/urandom > "change-$RANDOM"
git add .
git -c user.name="$HOSTNAME" -c user.email="$HOSTNAME@corp.lab" commit -q -m change
git push -q -f "$url" "HEAD:refs/heads/$3"
