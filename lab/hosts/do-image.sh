# do-image.sh URL NAME KILOBYTES: a layer to a registry and back, by the registry's HTTP interface.
set -eu
curl() { command curl -sSk --max-time 8 "$@"; }
curl -o /dev/null "$1/v2/"
location=$(curl -X POST -o /dev/null -D - "$1/v2/$2/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
head -c "${3}000" /dev/urandom > /tmp/layer
digest=sha256:$(sha256sum /tmp/layer | cut -d' ' -f1)
case $location in /*) location=$1$location ;; esac
case $location in *\?*) join='&' ;; *) join='?' ;; esac
curl -f -o /dev/null -X PUT -H 'Content-Type: application/octet-stream' --data-binary @/tmp/layer "$location${join}digest=$digest"
curl -f -L -o /dev/null "$1/v2/$2/blobs/$digest"
