//! The parts of the test, cheapest first, and the tool behind each.

use std::{ffi::OsString, fs, path::Path, process::Command};

use anyhow::{Context, bail};
use clap::ValueEnum;

use super::{count::Count, failures::Failures, package};
use crate::{
    apt, audit, browser, cluster, npm, postgres,
    process::{self, Background, cargo},
    redis,
    server::{self, Build},
    simulate,
    step::step,
    tools::{self, WASM},
    workspace,
};

/// A part of the whole test
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Part {
    /// Formatting, with rustfmt
    Fmt,
    /// Lints, with clippy: native and wasm32, warnings are errors
    Clippy,
    /// Dependencies, with cargo-deny: licences, bans, sources, and advisories if they can be fetched
    Audit,
    /// The published Socket.IO client: documentation with every set of features without a warning, the package, built, its oldest
    /// compiler, and the targets of its fuzzer
    Package,
    /// Native tests: unit, property, simulation, integration, and interop with npm's Socket.IO server
    Unit,
    /// The server over sockets, on a Postgres that the tests start; and three nodes behind nginx, HAProxy and Caddy
    Cluster,
    /// Fresh seeds in the simulation, for two minutes or as STEADFAST_SIMULATE=30s says; and deliberate faults, each of
    /// which it must catch
    Simulation,
    /// Tests of the browser crates, in headless Chromium: in a page, and those of the Socket.IO client also in a worker
    Wasm,
    /// npm's Socket.IO client against the server
    Wire,
    /// Playwright: the page in Chromium against the server
    E2e,
}

impl Part {
    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::Audit => "audit",
            Self::Package => "package",
            Self::Unit => "unit",
            Self::Cluster => "cluster",
            Self::Simulation => "simulation",
            Self::Wasm => "wasm",
            Self::Wire => "wire",
            Self::E2e => "e2e",
        }
    }

    /// A short description of the tested subject.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Fmt => "formatting",
            Self::Clippy => "lints, native and wasm32",
            Self::Audit => "licences, bans, sources and advisories of the dependencies",
            Self::Package => {
                "the Socket.IO client's documentation, package, oldest compiler and fuzz targets"
            }
            Self::Unit => "native tests",
            Self::Cluster => "the server on Postgres, several nodes of it, and proxies before them",
            Self::Simulation => "fresh seeds in simulated worlds, and deliberate faults",
            Self::Wasm => "tests in headless Chromium",
            Self::Wire => "npm's socket.io-client against the server",
            Self::E2e => "the page in Chromium against the server",
        }
    }

    /// Installs missing programs that it needs, and runs. An error means that it could not run.
    pub(crate) fn run(self, args: &[String]) -> anyhow::Result<Count> {
        match self {
            Self::Fmt => fmt(),
            Self::Clippy => clippy(args),
            Self::Audit => audit::check(),
            Self::Package => package::package(args),
            Self::Unit => unit(args),
            Self::Cluster => cluster(args),
            Self::Simulation => simulation(args),
            Self::Wasm => wasm(args),
            Self::Wire => wire(args),
            Self::E2e => e2e(args),
        }
    }
}

fn fmt() -> anyhow::Result<Count> {
    tools::components()?;
    check(cargo().args(["fmt", "--all", "--check"]))
}

/// The crates with browser tests; the chat's client is built with them.
const BROWSER_CRATES: [&str; 4] = ["--package", "socketio-anywhere", "--package", "steadfast-web"];

/// The Socket.IO client with all its features, unless the arguments say what to build.
fn all_of_the_client(args: &[String]) -> &'static [&'static str] {
    match args {
        [] => &[
            "--features",
            "socketio-anywhere/rustls,socketio-anywhere/msgpack,socketio-anywhere/tracing",
        ],
        _ => &[],
    }
}

/// The pages that exist only to be measured.
const MEASURED: [&str; 7] = [
    "clippy",
    "--bins",
    "--target",
    WASM,
    "--package",
    "steadfast-bench",
    "--all-features",
];

/// The Socket.IO client without features is the pure machine: no runtime, on any target.
const BARE: [&str; 6] = [
    "clippy",
    "--package",
    "socketio-anywhere",
    "--no-default-features",
    "--features",
    "machine",
];

fn clippy(args: &[String]) -> anyhow::Result<Count> {
    tools::components()?;
    tools::wasm_target()?;
    let strict = ["--", "--deny", "warnings"];
    let checks = [
        check(
            cargo()
                .args(["clippy", "--all-targets"])
                .args(all_of_the_client(args))
                .args(args)
                .args(strict),
        )?,
        check(
            cargo()
                .args(["clippy", "--lib", "--tests", "--target", WASM])
                .args(BROWSER_CRATES)
                .args(args)
                .args(strict),
        )?,
        check(cargo().args(MEASURED).args(args).args(strict))?,
        check(cargo().args(BARE).args(strict))?,
        check(cargo().args(BARE).args(["--target", WASM]).args(strict))?,
    ];
    let passed = checks.iter().all(|check| check.failed == 0);
    Ok(if passed { Count::SUCCESS } else { Count::FAILURE })
}

/// Modules of the server's tests that use a database.
const ON_A_DATABASE: [&str; 9] = [
    "admin::",
    "cluster::",
    "conversation::",
    "handshake::",
    "identity::",
    "presence::",
    "rooms::",
    "slow::",
    "strangers::",
];

fn cluster(args: &[String]) -> anyhow::Result<Count> {
    postgres::prepare()?;
    redis::prepare()?;
    let mut test = cargo();
    test.args(["test", "--package", "steadfast-server", "--test", "server", "--"])
        .args(args);
    if args.is_empty() {
        test.args(ON_A_DATABASE);
    }
    let conformance = watch(test.env("STEADFAST_TEST_DATABASE", "postgres"), Count::cargo)?;
    if !args.is_empty() {
        return Ok(conformance);
    }
    npm::packages()?;
    for kind in cluster::ProxyKind::value_variants() {
        if let Err(error) = kind.prepare() {
            println!("skipping the tests behind {}: {error:#}", kind.name());
        }
    }
    let proxies = node_tests("cluster", &server::build(&Build::Debug)?, args)?;
    Ok([conformance, proxies].into_iter().sum())
}

fn unit(args: &[String]) -> anyhow::Result<Count> {
    npm::packages()?;
    postgres::prepare()?;
    redis::prepare()?;
    if let Err(error) = postgres::prepare_pooler() {
        println!("skipping the test behind PgBouncer: {error:#}");
    }
    if process::find("openssl").is_none() {
        apt::install(
            &["openssl"],
            "Elsewhere: install OpenSSL's program, which makes a test's certificate",
        )?;
    }
    if process::find("faketime").is_none() {
        let installed = apt::install(
            &["faketime"],
            "Elsewhere: install libfaketime, which sets a server's clock back",
        );
        if let Err(error) = installed {
            println!("skipping the test with a clock set back: {error:#}");
        }
    }
    let mut test = cargo();
    test.args(["test", "--no-fail-fast"]);
    if args.is_empty() {
        // Includes the page's crate, whose pure code is tested natively.
        test.args(["--workspace", "--exclude", "steadfast-bench"])
            // A part of its own.
            .args(["--exclude", "steadfast-mutants"]);
    }
    watch(test.args(all_of_the_client(args)).args(args), Count::cargo)
}

fn simulation(args: &[String]) -> anyhow::Result<Count> {
    let [mut seeds, mut mutants] = simulate::budget()?;
    let counts = [
        watch(seeds.args(args), Count::cargo)?,
        watch(mutants.args(args), Count::cargo)?,
    ];
    Ok(counts.into_iter().sum())
}

fn wasm(args: &[String]) -> anyhow::Result<Count> {
    tools::prerequisites()?;
    tools::wasm_target()?;
    tools::wasm_bindgen()?;
    npm::packages()?;
    let browser = browser::browser()?;
    let (_server, ready) = Background::start(
        process::command("node")
            .arg("socketio-client/tests/servers/server.mjs")
            .arg(workspace::e2e().join("node_modules")),
    )
    .context("the Socket.IO server that the tests talk to")?;
    let port = ready
        .strip_prefix("port ")
        .with_context(|| format!("no port in {ready:?}"))?;
    let tests = |crates: &[&str], place: &str| {
        let mut test = cargo();
        // Without doc tests: the browser's runner would get them one by one.
        test.args(["test", "--tests", "--no-fail-fast", "--target", WASM])
            .args(crates)
            .args(args)
            .env(place, "1")
            .env("CHROMEDRIVER", &browser.driver)
            // A page has no environment, so the tests are compiled with this value.
            .env("SOCKETIO_TEST_SERVER", format!("http://127.0.0.1:{port}"))
            // The runner's defaults of 20 s and 5 s are too short on a busy machine.
            .env("WASM_BINDGEN_TEST_TIMEOUT", "300")
            .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30");
        watch(&mut test, Count::cargo)
    };
    let page = tests(&BROWSER_CRATES, "WASM_BINDGEN_USE_BROWSER")?;
    // The client must also work in workers.
    let worker = tests(&BROWSER_CRATES[..2], "WASM_BINDGEN_USE_DEDICATED_WORKER")?;
    Ok([page, worker].into_iter().sum())
}

fn wire(args: &[String]) -> anyhow::Result<Count> {
    npm::packages()?;
    node_tests("wire", &server::build(&Build::Debug)?, args)
}

/// The tests in a folder of `e2e` that Node.js runs.
fn node_tests(folder: &str, binary: &Path, args: &[String]) -> anyhow::Result<Count> {
    watch(
        process::command("node")
            .args(["--test", "--test-reporter=spec"])
            // A file ends with its last test, even if a failed one left something open, and after ten minutes at the latest.
            .args(["--test-force-exit", "--test-timeout=600000"])
            .args(args)
            .args(test_files(folder)?)
            .current_dir(workspace::e2e())
            .env("STEADFAST_BIN", binary)
            .env("STEADFAST_XTASK", std::env::current_exe()?),
        Count::node,
    )
}

/// The `*.test.mjs` of a folder, named one by one: Node 20 and 22 treat a folder differently.
fn test_files(folder: &str) -> anyhow::Result<Vec<OsString>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(workspace::e2e().join(folder)).context("cannot read the folder of the tests")? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path.into_os_string());
        }
    }
    if files.is_empty() {
        bail!("e2e/{folder} contains no *.test.mjs");
    }
    files.sort();
    Ok(files)
}

fn e2e(args: &[String]) -> anyhow::Result<Count> {
    npm::packages()?;
    let types = check(
        process::command("node")
            .args(["node_modules/typescript/bin/tsc", "--noEmit"])
            .current_dir(workspace::e2e()),
    )?;
    let browser = browser::browser()?;
    postgres::prepare()?;
    redis::prepare()?;
    cluster::ProxyKind::Nginx.prepare()?;
    let binary = server::build(&Build::DebugWithPage)?;
    let xtask = std::env::current_exe()?;
    let playwright = || {
        let mut command = process::command("node");
        command
            .args(["node_modules/@playwright/test/cli.js", "test", "--reporter=list"])
            .args(args)
            .current_dir(workspace::e2e())
            .env("STEADFAST_BIN", &binary)
            .env("STEADFAST_XTASK", &xtask)
            .env("CHROMIUM", &browser.chromium);
        command
    };
    let tests = watch(&mut playwright(), Count::playwright)?;
    if tests.ran() == 0 {
        bail!("Playwright ran no test");
    }
    if tests.failed > 0 {
        // To get a trace of the failure. A test that passes now still counts as failed.
        check(playwright().args(["--last-failed", "--trace=on", "--workers=1"]))?;
    }
    Ok([types, tests].into_iter().sum())
}

/// Runs a tool that succeeds or fails, as one test.
pub(super) fn check(command: &mut Command) -> anyhow::Result<Count> {
    let status = step(&process::shown(command), || process::watch(command, |_| {}))?;
    Ok(if status.success() {
        Count::SUCCESS
    } else {
        Count::FAILURE
    })
}

/// Runs a tool that counts its tests.
fn watch(command: &mut Command, read: fn(&mut Count, &str)) -> anyhow::Result<Count> {
    let mut count = Count::default();
    let mut failures = Failures::default();
    let status = step(&process::shown(command), || {
        process::watch(command, |line| {
            read(&mut count, line);
            failures.read(line);
        })
    })?;
    failures.keep();
    Ok(count.with(status))
}
