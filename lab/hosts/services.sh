# What developers and machines of a site fetch from, and the database some of its programs share; not captured.
# services.sh WORD...: registry, packages, apt, jupyter, postgres.
. /lab/hosts/common.sh
. /lab/hosts/managed.sh
. /lab/hosts/database.sh
export HOME=/root
upkeep
certificate ec "$(hostname -f)" "$(hostname)"

# Container images by their HTTP interface, with TLS.
registry() {
  mkdir -p /srv/registry
  cat > /run/registry.yml <<R
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: /srv/registry}}
http: {addr: ":5000", tls: {certificate: /run/tls/cert.pem, key: /run/tls/key.pem}}
R
  docker-registry serve /run/registry.yml &
  wait_for listens 5000
}

# An index of Python packages: folders of wheels, listed by the web server.
packages() {
  python3 - <<'P'
import os, random, zipfile
for i, name in enumerate(("shelf", "orders", "meter", "paperwork", "quarter", "ledger")):
    folder = f"/srv/packages/simple/{name}"
    os.makedirs(folder)
    for version in ("1.0", "1.1"):
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}/data.bin", os.urandom(15000 * (i + 1) ** 2))
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: lab\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
P
  printf '%s\n' 'daemon off; user root; pid /run/nginx.pid; error_log stderr; worker_processes 1; events {}' \
    'http { access_log off; include /etc/nginx/mime.types; server { listen 8081; listen [::]:8081; root /srv/packages; autoindex on; } }' \
    > /run/nginx.conf
  nginx -c /run/nginx.conf &
  wait_for listens 8081
}

# A mirror of Debian packages: an archive of eight parts that only look like packages, since nobody installs them.
apt() {
  local i file size sum
  mkdir -p /srv/debian /run/acng /srv/acng/cache /srv/acng/log
  for i in 1 2 3 4 5 6 7 8; do
    file=lab-part${i}_1.${i}_all.deb
    head -c $((RANDOM % 9 * 30000 + 8000 * i)) /dev/urandom > "/srv/debian/$file"
    size=$(stat -c %s "/srv/debian/$file")
    sum=$(sha256sum "/srv/debian/$file" | cut -d ' ' -f 1)
    printf 'Package: lab-part%s\nVersion: 1.%s\nArchitecture: all\nMaintainer: lab <root@localhost>\nDescription: part\nFilename: ./%s\nSize: %s\nSHA256: %s\n\n' \
      "$i" "$i" "$file" "$size" "$sum"
  done > /srv/debian/Packages
  # The list of a real archive is much longer than what is fetched from it.
  awk -v seed="$RANDOM" 'BEGIN { srand(seed); for (i = 1; i <= 1200; i++) {
    printf "Package: other-part%d\nVersion: 2.%d\nArchitecture: all\nMaintainer: lab <root@localhost>\n", i, 1e6 * rand()
    printf "Description: part %d\nFilename: ./none\nSize: 1\nSHA256: %032x%032x\n\n", i, 1e9 * rand(), 1e9 * rand() } }' \
    >> /srv/debian/Packages
  (
    cd /srv/debian || exit
    gzip -k -n Packages
    {
      printf 'Origin: lab\nSuite: stable\nCodename: lab\nDate: %s\nArchitectures: all amd64\nComponents: main\nSHA256:\n' "$(date -Ru)"
      for file in Packages Packages.gz; do
        printf ' %s %s %s\n' "$(sha256sum "$file" | cut -d ' ' -f 1)" "$(stat -c %s "$file")" "$file"
      done
    } > Release
  )
  cp -r /etc/apt-cacher-ng /run/acng/settings
  printf '%s\n' 'CacheDir: /srv/acng/cache' 'LogDir: /srv/acng/log' 'Port: 3142' 'LocalDirs: debian /srv/debian' \
    'ReportPage: acng-report.html' 'PidFile: /run/acng/pid' 'SocketPath: /run/acng/socket' > /run/acng/settings/acng.conf
  apt-cacher-ng -c /run/acng/settings ForeGround=1 &
  wait_for listens 3142
}

jupyter() {
  mkdir -p /srv/notebooks /run/jupyter
  printf '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n' > /srv/notebooks/first.ipynb
  (cd /srv/notebooks && exec jupyter-notebook --allow-root --no-browser --ip='*' --port=8888 \
    --NotebookApp.token=lab --NotebookApp.disable_check_xsrf=True --NotebookApp.notebook_dir=/srv/notebooks) &
  wait_for listens 8888
}

postgres() {
  database office
  as_postgres psql -q -h 127.0.0.1 -d office -c 'create table orders as select i as number, md5(i::text) as customer,
    i % 17 as parts from generate_series(1, 2000) as i' -c 'alter table orders owner to office'
}

for word in "$@"; do "$word" & done
for port in 5000 8081 3142 8888 5432; do
  case "$port $*" in
    5000*registry* | 8081*packages* | 3142*apt* | 8888*jupyter* | 5432*postgres*) wait_for listens "$port" ;;
  esac
done
touch /run/lab-ready
wait
