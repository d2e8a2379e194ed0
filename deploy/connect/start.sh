#!/bin/sh
# Starts the Kafka Connect worker in the foreground: the image's entrypoint, and it runs anywhere else too.
#   KAFKA_BOOTSTRAP_SERVERS          host:port,…; must be set
#   CONFLUENT_API_KEY, …_SECRET      log in by SASL_SSL; without them the connection is plain
#   KAFKA_CA_FILE                    PEM file of a private certificate authority
#   CDC_LISTEN                       where the REST API answers: 127.0.0.1:8083 unless said; [::]:8083 is everywhere
#   CDC_REST_USER, CDC_REST_PASSWORD whoever calls the REST API has to log in; another address than loopback needs them
#   CDC_ADVERTISED_HOST              under which name other workers reach this one; the host's name unless said
#   CDC_METRICS                      where /metrics answers, 127.0.0.1:9404 unless said; `off`: nowhere
#   CDC_REPLICATION_FACTOR           of the worker's own three topics; 3 unless said
#   CDC_SECRETS_DIR                  what ${file:…} and ${dir:…} may read, /run/secrets unless said
#   CONNECT_JARS                     what `install.sh jars` made; the folder of this script unless said
#   JAVA_OPTS                        further options of the JVM; they win
set -eu
umask 077
here=$(dirname "$(readlink -f "$0")")
jars=${CONNECT_JARS:-$here}
listen=${CDC_LISTEN:-127.0.0.1:8083}
metrics=${CDC_METRICS:-127.0.0.1:9404}
secrets=${CDC_SECRETS_DIR:-/run/secrets}
replication=${CDC_REPLICATION_FACTOR:-3}

# Wrong settings: 78, as all of cdc's commands.
die() {
  echo "start.sh: $*" >&2
  exit 78
}

[ -n "${KAFKA_BOOTSTRAP_SERVERS:-}" ] || die 'KAFKA_BOOTSTRAP_SERVERS is not set'
[ -d "$jars/libs" ] || die "there are no jars in $jars: install.sh jars makes them"
[ -d "$secrets" ] || die "$secrets is no directory; CDC_SECRETS_DIR says another one"
if [ -n "${CONFLUENT_API_KEY:-}" ] && [ -z "${CONFLUENT_API_SECRET:-}" ]; then
  die 'CONFLUENT_API_KEY is set, but not CONFLUENT_API_SECRET'
fi
if [ -n "${KAFKA_CA_FILE:-}" ] && [ ! -r "$KAFKA_CA_FILE" ]; then
  die "KAFKA_CA_FILE: $KAFKA_CA_FILE cannot be read"
fi
if [ -n "${CDC_REST_USER:-}" ]; then
  [ -n "${CDC_REST_PASSWORD:-}" ] || die 'CDC_REST_USER is set, but not CDC_REST_PASSWORD'
  # The file that holds them is read as Latin-1, line by line.
  printf '%s%s' "$CDC_REST_USER" "$CDC_REST_PASSWORD" | LC_ALL=C grep -q '[^ -~]' &&
    die 'CDC_REST_USER and CDC_REST_PASSWORD may hold printable ASCII characters only'
else
  case "$listen" in
    127.*:* | localhost:* | '[::1]:'*) ;;
    *) die "CDC_LISTEN is $listen, which others can reach: whoever reaches it can read and change everything that the
  connectors can. Set CDC_REST_USER and CDC_REST_PASSWORD" ;;
  esac
fi

work=$(mktemp -d)
config=$work/worker.properties
{
  cat "$here/worker.properties"
  echo
  for name in config offset status; do echo "$name.storage.replication.factor=$replication"; done
  echo "plugin.path=$jars/plugins"
  echo "listeners=http://$listen"
  [ -z "${CDC_ADVERTISED_HOST:-}" ] || echo "rest.advertised.host.name=$CDC_ADVERTISED_HOST"
  for provider in file dir; do echo "config.providers.$provider.param.allowed.paths=$secrets"; done
  [ -z "${CONFLUENT_API_KEY:-}" ] || cat "$here/confluent.properties"
  if [ -n "${KAFKA_CA_FILE:-}" ]; then
    for prefix in '' producer. consumer. admin.; do
      echo "${prefix}ssl.truststore.type=PEM"
      echo "${prefix}ssl.truststore.location=$KAFKA_CA_FILE"
    done
  fi
  [ -z "${CDC_REST_USER:-}" ] ||
    echo 'rest.extension.classes=org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension'
} >"$config"

set --
if [ -n "${CDC_REST_USER:-}" ]; then
  # Java's properties: in the name : = # ! and blanks are escaped, in both the backslash, and a blank at the beginning.
  {
    printf '%s' "$CDC_REST_USER" | sed 's/[\\:=#! ]/\\&/g'
    printf '='
    printf '%s' "$CDC_REST_PASSWORD" | sed 's/\\/\\\\/g; s/^ /\\ /'
    echo
  } >"$work/rest-users.properties"
  cat >"$work/rest-login.conf" <<LOGIN
KafkaConnect {
  org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required
  file="$work/rest-users.properties";
};
LOGIN
  set -- "-Djava.security.auth.login.config=$work/rest-login.conf"
  # The JVM has read what it needs; connectors do not.
  unset CDC_REST_PASSWORD
fi
[ "$metrics" = off ] || set -- "$@" "-javaagent:$jars/jmx_prometheus_javaagent.jar=$metrics:$here/jmx-exporter.yaml"

# The parallel collector takes a third less memory here than Java's own choice, and less time: nobody waits for a worker's
# pauses. Java accepts one collector only.
case "${JAVA_OPTS:-}" in
  *-XX:+Use*GC*) ;;
  *) set -- -XX:+UseParallelGC "$@" ;;
esac

# exec: SIGTERM reaches Java itself. A worker that is out of memory ends, so that it is started anew.
# shellcheck disable=SC2086 # JAVA_OPTS are words
exec java -XX:MaxRAMPercentage=65 -XX:+ExitOnOutOfMemoryError \
  -Dorg.slf4j.simpleLogger.showDateTime=true "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX" \
  "$@" ${JAVA_OPTS:-} -cp "$jars/libs/*" org.apache.kafka.connect.cli.ConnectDistributed "$config"
