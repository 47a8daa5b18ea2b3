//! A Postgres and a Redis that are reached by TLS only, with a certificate of an authority that nobody else knows.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use super::postgres::{as_somebody, binaries};

/// Ends when the pipe to its standard input is closed.
const RUN: &str = r#"
set -e
bin="$1" postgres="$2" redis="$3"
folder=$(mktemp -d /tmp/steadfast-tls-XXXXXX)
trap 'kill $pids 2>/dev/null || true; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM HUP
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout "$folder/authority.key" -out "$folder/authority.pem" 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$folder/key.pem" -out "$folder/request.pem" 2>/dev/null
echo 'subjectAltName=DNS:localhost,IP:127.0.0.1' >"$folder/names"
openssl x509 -req -days 2 -in "$folder/request.pem" -CA "$folder/authority.pem" -CAkey "$folder/authority.key" -CAcreateserial \
    -extfile "$folder/names" -out "$folder/certificate.pem" 2>/dev/null
chmod 600 "$folder/key.pem"
chmod 755 "$folder"
"$bin/initdb" -D "$folder/data" -U steadfast -A trust -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1
printf 'local all all trust\nhostssl all all 127.0.0.1/32 trust\n' >"$folder/data/pg_hba.conf"
"$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses=127.0.0.1 -c port="$postgres" -c fsync=off -c ssl=on \
    -c ssl_cert_file="$folder/certificate.pem" -c ssl_key_file="$folder/key.pem" </dev/null >>"$folder/log" 2>&1 &
pids=$!
redis-server --port 0 --tls-port "$redis" --bind 127.0.0.1 --tls-cert-file "$folder/certificate.pem" --tls-key-file "$folder/key.pem" \
    --tls-auth-clients no --save '' --appendonly no </dev/null >>"$folder/log" 2>&1 &
pids="$pids $!"
tries=0
until "$bin/pg_isready" -q -h "$folder" -p "$postgres"; do
    tries=$((tries + 1))
    test "$tries" -lt 1200 || { cat "$folder/log" >&2; exit 1; }
    sleep 0.05
done
"$bin/psql" -h "$folder" -p "$postgres" -U steadfast -d postgres -qc 'create database chat' >/dev/null
echo "$folder/authority.pem"
cat
"#;

pub(crate) struct Encrypted {
    pub(crate) authority: PathBuf,
    postgres: u16,
    redis: u16,
    running: Child,
}

impl Encrypted {
    pub(crate) async fn start() -> Self {
        tokio::task::spawn_blocking(|| {
            let bin = binaries().expect("Postgres is not installed: apt-get install postgresql");
            let free = || {
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                listener.local_addr().unwrap().port()
            };
            let (postgres, redis) = (free(), free());
            let mut running = as_somebody()
                .args(["sh", "-c", RUN, "sh"])
                .arg(&bin)
                .args([postgres.to_string(), redis.to_string()])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut authority = String::new();
            let mut told = BufReader::new(running.stdout.take().unwrap());
            told.read_line(&mut authority).unwrap();
            assert!(!authority.is_empty(), "Postgres did not start");
            Self {
                authority: authority.trim().into(),
                postgres,
                redis,
                running,
            }
        })
        .await
        .unwrap()
    }

    /// The database, with these settings of the connection.
    pub(crate) fn postgres(&self, settings: &str) -> String {
        format!("postgres://steadfast@127.0.0.1:{}/chat?{settings}", self.postgres)
    }

    pub(crate) fn redis(&self) -> String {
        format!("rediss://127.0.0.1:{}", self.redis)
    }
}

impl Drop for Encrypted {
    fn drop(&mut self) {
        drop(self.running.stdin.take());
        let _ = self.running.wait();
    }
}
