//! Work for a witness: logs of our own making, whose checkpoints grow by one leaf at a time.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use indelible_merkle::{Hash, TreeSize, consistency};
use indelible_note::{Algorithm, Checkpoint, Claim, KeyName, Origin, SignerKey};
use indelible_process::{Clock, SystemClock, clock};
use indelible_wire::AddCheckpoint;
use serde_json::Value;
use tokio::task::LocalSet;

use crate::connection::Connection;
use crate::drive::Tally;
use crate::report::Watch;
use crate::tree::Tree;
use crate::work::Target;

/// The verifier keys of the logs, one a line, for a witness's settings.
#[derive(Debug, Args)]
pub(crate) struct WitnessLogs {
    #[arg(long, default_value_t = 64)]
    logs: u8,
}

/// Brings a witness checkpoints of many logs.
#[derive(Debug, Args)]
pub(crate) struct AskWitness {
    /// Where the witness listens.
    #[arg(long)]
    url: String,
    #[arg(long, default_value_t = 64)]
    logs: u8,
    /// Checkpoints of each log, made and signed before the clock starts. A witness that has seen
    /// them refuses them, so each run needs a new one.
    #[arg(long, default_value_t = 400)]
    checkpoints: u64,
    /// Connections, among which the logs are shared.
    #[arg(long, default_value_t = 64)]
    connections: u8,
    /// Stop after this long, if there are checkpoints left.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// The witness's process, whose CPU time is reported.
    #[arg(long)]
    pid: Option<u32>,
}

impl WitnessLogs {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        for number in 0..self.logs {
            println!("{}", key(number)?.verifier());
        }
        Ok(())
    }
}

fn name(number: u8) -> String {
    format!("load.example/log-{number}")
}

/// The same in every run, so that a witness can be told beforehand. They sign nothing but this.
fn key(number: u8) -> anyhow::Result<SignerKey> {
    let name = KeyName::parse(&name(number))?;
    Ok(SignerKey::from_seed(name, Algorithm::Ed25519, [number; 32]))
}

impl AskWitness {
    pub(crate) fn run(&self) -> anyhow::Result<Value> {
        let target = Target::parse(&self.url)?;
        let steps = steps(self.checkpoints)?;
        // One log's checkpoints go over one connection: each builds on the one before.
        let mut queues: Vec<Vec<VecDeque<Vec<u8>>>> = Vec::new();
        queues.resize_with(usize::from(self.connections.max(1)), Vec::new);
        for number in 0..self.logs {
            let slot = usize::from(number) % queues.len();
            let requests = requests(number, &steps, &target)?;
            queues.get_mut(slot).context("a connection for every log")?.push(requests);
        }
        let watch = Watch::begin(self.pid)?;
        let (took, tally) = self.ask(queues, &target)?;
        watch.report(took, &tally, 1)
    }

    fn ask(
        &self,
        queues: Vec<Vec<VecDeque<Vec<u8>>>>,
        target: &Target,
    ) -> anyhow::Result<(Duration, Tally)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let tally = Rc::new(RefCell::new(Tally::default()));
        let local = LocalSet::new();
        let address: Arc<str> = target.address.as_str().into();
        let time = SystemClock::new();
        for logs in queues {
            let (tally, address) = (Rc::clone(&tally), Arc::clone(&address));
            local.spawn_local(async move {
                if let Err(error) = in_turn(logs, &address, time, &tally).await {
                    tally.borrow_mut().count_error(0, || format!("{error:#}"));
                }
            });
        }
        let started = time.monotonic();
        let bound = Duration::from_secs(self.seconds);
        // Whether all were asked or the time was up, what came back counts.
        let _ = runtime.block_on(async { clock::within(bound, local).await });
        let took = time.monotonic().saturating_sub(started);
        drop(runtime);
        let tally = std::mem::take(&mut *tally.borrow_mut());
        Ok((took, tally))
    }
}

async fn in_turn(
    mut logs: Vec<VecDeque<Vec<u8>>>,
    address: &str,
    time: SystemClock,
    tally: &RefCell<Tally>,
) -> anyhow::Result<()> {
    let mut connection = Connection::open(address).await?;
    while logs.iter().any(|requests| !requests.is_empty()) {
        for request in logs.iter_mut().filter_map(VecDeque::pop_front) {
            let sent = time.monotonic();
            let answer = connection.exchange(&request).await?;
            let took = time.monotonic().saturating_sub(sent);
            let mut tally = tally.borrow_mut();
            if answer.status == 200 {
                tally.latencies.record(took);
            } else {
                tally.count_error(answer.status, || String::from_utf8_lossy(answer.body).into());
            }
        }
    }
    Ok(())
}

/// One leaf more: the size before, the proof, the tree after. All logs grow alike.
struct Step {
    old: TreeSize,
    proof: Vec<Hash>,
    size: TreeSize,
    root: Hash,
}

fn steps(count: u64) -> anyhow::Result<Vec<Step>> {
    let mut tree = Tree::default();
    let mut steps = Vec::new();
    for number in 0..count {
        let old = tree.size();
        tree.push(Hash::of_leaf(&number.to_be_bytes()))?;
        let growth = old.grow_to(tree.size()).context("a tree that grows")?;
        let proof = consistency::prove(growth, &tree)?;
        steps.push(Step { old, proof, size: tree.size(), root: tree.root() });
    }
    Ok(steps)
}

fn requests(number: u8, steps: &[Step], target: &Target) -> anyhow::Result<VecDeque<Vec<u8>>> {
    let (key, origin) = (key(number)?, Origin::parse(&name(number))?);
    let request = |step: &Step| {
        let checkpoint = Checkpoint::new(origin.clone(), step.size, step.root);
        let signature = key.sign_log(&checkpoint)?;
        let claim = Claim::assemble(&checkpoint, vec![signature])?;
        let body = AddCheckpoint::new(step.old, step.proof.clone(), claim)?;
        Ok(target.post("add-checkpoint", "text/plain", &body.to_bytes()))
    };
    steps.iter().map(request).collect()
}
