# do-quic.sh NAME SIZE: a page by Chromium over QUIC, which takes the outside's certificate only when told its key.
key=$(openssl x509 -in /lab/site/internet.crt -noout -pubkey | openssl pkey -pubin -outform der |
  openssl dgst -sha256 -binary | base64)
exec chromium-headless-shell --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir=/tmp/browser --enable-quic \
  --origin-to-force-quic-on="$1:443" --ignore-certificate-errors-spki-list="$key" --dump-dom "https://$1/$2.html"
