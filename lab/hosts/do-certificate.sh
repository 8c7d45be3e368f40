# do-certificate.sh cmp SERVER PATH REFERENCE SECRET NAME | acme DIRECTORY NAME: a new certificate.
set -eu
folder=$(mktemp -d)
cd "$folder"
case $1 in
  cmp)
    # The responder hands out one and the same certificate; a client with another key would refuse it.
    openssl cmp -cmd ir -server "$2" -path "$3" -ref "$4" -secret "pass:$5" -recipient /CN=ca \
      -newkey /lab/site/internet.key -subject "/CN=$6" -certout certificate -msg_timeout 5 -total_timeout 10
    ;;
  acme)
    # The challenge is answered at port 80 of this host.
    mkdir -p www/.well-known/acme-challenge
    (cd www && exec timeout 18 /usr/bin/python3 -m http.server 80 > /dev/null 2>&1) &
    web=$!
    trap 'kill $web 2> /dev/null' EXIT
    printf '%s\n' "CA=\"$2\"" 'CHALLENGETYPE=http-01' "WELLKNOWN=$folder/www/.well-known/acme-challenge" \
      "BASEDIR=$folder" 'CURL_OPTS="-k"' 'KEY_ALGO=prime256v1' > config
    sleep 0.5
    dehydrated -f config --register --accept-terms > /dev/null
    dehydrated -f config -c -d "$3" > /dev/null
    ;;
esac
