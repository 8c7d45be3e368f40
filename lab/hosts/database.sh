# PostgreSQL for hosts that keep a wiki or offer a database to others; sourced after managed.sh.

# database NAME...: a server on all addresses with these databases, each owned by a user of its name.
database() {
  local programs=(/usr/lib/postgresql/*/bin) name
  mkdir -p /srv/database /run/postgresql
  chown postgres: /srv/database /run/postgresql
  as_postgres "${programs[-1]}/initdb" -D /srv/database -A trust -E UTF8 --locale=C.UTF-8 --no-sync
  echo 'host all all all trust' >> /srv/database/pg_hba.conf
  as_postgres "${programs[-1]}/postgres" -D /srv/database -c 'listen_addresses=*' -c fsync=off -c shared_buffers=32MB &
  wait_for as_postgres psql -h 127.0.0.1 -c 'select 1'
  for name in "$@"; do
    as_postgres psql -q -h 127.0.0.1 -c "create user $name superuser" -c "create database $name owner $name"
  done
}

# The server ends without waiting for its clients.
database_ends() {
  local programs=(/usr/lib/postgresql/*/bin)
  as_postgres "${programs[-1]}/pg_ctl" -D /srv/database -m fast -w stop
}

as_postgres() {
  setpriv --reuid=postgres --regid=postgres --init-groups --no-new-privs -- "$@"
}
