#!/bin/sh
# The steps of which the image is made; the Dockerfile runs them, and so do the tests.
#   install.sh jars DIR    fetches what pom.xml pins and lays it out in DIR, which must not exist (needs Maven)
#                          DIR/libs      Kafka, Kafka Connect and the REST login
#                          DIR/plugins   Debezium's MariaDB source and JDBC sink (plugin.path)
#                          DIR/jmx_prometheus_javaagent.jar
#   install.sh system      installs Java and curl and makes the user `connect` (needs root, Debian 12)
set -eu
here=$(dirname "$(readlink -f "$0")")

die() {
  echo "install.sh: $*" >&2
  exit 1
}

# Fails unless exactly one file answers to the pattern: two versions of one jar would be a matter of luck.
one() {
  # shellcheck disable=SC2086 # the pattern is to be expanded
  set -- $1
  if [ "$#" != 1 ] || [ ! -s "$1" ]; then die "expected one file, found: $*"; fi
}

jars() {
  target=$1
  [ ! -e "$target" ] || die "$target exists already"
  command -v mvn >/dev/null || die 'Maven was not found: apt-get install maven'
  new="$target.$$"
  trap 'rm -rf "$new"' EXIT
  trap 'exit 130' INT TERM HUP
  mkdir -p "$new"
  # -C: a download whose checksum is wrong fails the build.
  mvn -q -B -C -f "$here/pom.xml" package "-Ddirectory=$new" >&2
  rm -rf "$new/.unpacked"
  for jar in kafka_2.13 connect-runtime connect-json connect-transforms connect-basic-auth-extension; do
    one "$new/libs/$jar-[0-9]*.jar"
  done
  for plugin in debezium-connector-mariadb debezium-connector-jdbc; do
    one "$new/plugins/$plugin/$plugin-[0-9]*.jar"
  done
  one "$new/plugins/debezium-connector-mariadb/mariadb-java-client-[0-9]*.jar"
  one "$new/plugins/debezium-connector-jdbc/postgresql-[0-9]*.jar"
  one "$new/jmx_prometheus_javaagent.jar"
  chmod -R u=rwX,go=rX "$new"
  mv -T "$new" "$target"
}

system() {
  [ "$(id -u)" = 0 ] || die 'system needs root'
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends ca-certificates curl openjdk-17-jre-headless
  rm -rf /var/lib/apt/lists/*
  useradd --system --uid 10001 --user-group --home-dir /opt/connect --no-create-home --shell /usr/sbin/nologin connect
  # Where files with secrets are mounted; the worker's providers are allowed to read here and nowhere else.
  mkdir -p /run/secrets
}

case "${1:-} $#" in
  'jars 2') jars "$2" ;;
  'system 1') system ;;
  *) die 'usage: install.sh jars DIR | install.sh system' ;;
esac
