//! `POST add-checkpoint` (tlog-witness): a checkpoint comes in, cosignatures go out.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, header};
use axum::response::{IntoResponse, Response};
use indelible_merkle::{Hash, consistency};
use indelible_note::{Timestamp, Vouched};
use indelible_wire::limits::ADD_CHECKPOINT_BYTES_MAX;
use indelible_wire::{AddCheckpoint, print_signature_lines};

use super::app::{self, App};
use super::receive;
use super::refused::AddRefusal;
use crate::date::date;
use crate::decide::{Decision, Tree, contradict, decide};
use crate::problem::{Problem, TEXT};
use crate::store::ledger::Deed;
use crate::store::records::Cosigned;

/// What the route is called in metrics.
pub(super) const ROUTE: &str = "add-checkpoint";

pub(super) async fn handle(State(app): State<Arc<App>>, request: Request<Body>) -> Response {
    let answer = match receive_and_work(&app, request).await {
        Ok(lines) => ([(header::CONTENT_TYPE, TEXT)], lines).into_response(),
        Err(refusal) => Problem::from(refusal).into_response(),
    };
    app.metrics.answered(ROUTE, answer.status().as_u16());
    answer
}

async fn receive_and_work(app: &Arc<App>, request: Request<Body>) -> Result<Vec<u8>, AddRefusal> {
    let body = receive::body(request, ADD_CHECKPOINT_BYTES_MAX).await?;
    app::work(app, move |app| cosign(app, &body)).await?
}

/// Steps 1 to 11 of `tlog-witness`, "add-checkpoint". Steps 1 to 3 need nobody's secrets and are
/// done before the log's turn is taken.
fn cosign(app: &App, body: &[u8]) -> Result<Vec<u8>, AddRefusal> {
    // 1. The form: 400.
    let request = AddCheckpoint::parse(body)?;
    let claim = request.checkpoint();
    //    The specification lets a log add such lines, but an ML-DSA-44 cosignature would not cover
    //    them, and we would seem to have said something about them.
    if !claim.unverified().extensions().is_empty() {
        return Err(AddRefusal::Extensions);
    }
    // 2. "If the checkpoint origin is unknown, the witness MUST respond with a 404."
    let origin = claim.unverified().origin();
    let ledger = app.registry.find(origin).ok_or_else(|| AddRefusal::UnknownLog(origin.clone()))?;
    // 3. No signature by a trusted key, or one that fails: 403. Whoever comes past this has the
    //    log's signature, and only they learn anything of what we hold.
    let vouched = claim.verify(&ledger.keys())?;
    // 4 to 10, as one step. A request that has waited for its turn sees what the one before it
    //    wrote, and gets 409 with the new size.
    let lines = ledger.update(|held| judge(app, &request, &vouched, held))??;
    // 11. The signature lines, and nothing else.
    Ok(lines)
}

/// What is to be written, and what may be answered once it is.
fn judge(
    app: &App,
    request: &AddCheckpoint,
    vouched: &Vouched,
    held: Option<&Cosigned>,
) -> (Deed, Result<Vec<u8>, AddRefusal>) {
    let seen = held.map_or(Tree::EMPTY, |held| held.tree);
    let (next, next_root) = (tree_of(vouched), *vouched.checkpoint().root());
    let connects =
        |growth| consistency::verify(growth, &seen.root, &next_root, request.proof()).is_ok();
    match decide(seen, request.old(), next, connects) {
        Decision::Refuse(refusal) => {
            // "If the origin is known, and the signature is valid, the witness MAY log the request
            // even if the checkpoint fails one of the consistency checks above."
            let deed = if held.is_some() && contradict(seen, next) {
                app.metrics.contradicted();
                Deed::Accuse { tree: next, note: vouched.to_bytes() }
            } else {
                Deed::None
            };
            (deed, Err(refusal.into()))
        }
        Decision::Repeat | Decision::Advance => match sign(app, vouched, next, held) {
            Ok((deed, lines)) => (deed, Ok(lines)),
            Err(refusal) => (Deed::None, Err(refusal)),
        },
    }
}

/// The cosignatures are made before the commit, because the monitoring route must show them and one
/// row holds both; they leave this process after it.
fn sign(
    app: &App,
    vouched: &Vouched,
    next: Tree,
    held: Option<&Cosigned>,
) -> Result<(Deed, Vec<u8>), AddRefusal> {
    let timestamp: Timestamp = date(app.clock.now(), held.map(|held| held.timestamp))?;
    // The same tree in the same second has the same cosignatures. Anybody may replay a checkpoint,
    // and shall not cost us a sync each time.
    if let Some(held) = held.filter(|held| held.tree == next && held.timestamp == timestamp) {
        return Ok((Deed::None, held.lines.clone()));
    }
    // What is signed is printed anew from what was understood, never the bytes that came.
    let lines = app.identity.cosign(vouched.checkpoint(), timestamp)?;
    let lines = print_signature_lines(&lines).into_bytes();
    let note = vouched.to_bytes();
    let cosigned = Cosigned { tree: next, timestamp, note, lines: lines.clone() };
    Ok((Deed::Remember(cosigned), lines))
}

fn tree_of(vouched: &Vouched) -> Tree {
    let checkpoint = vouched.checkpoint();
    let root: Hash = *checkpoint.root();
    Tree { size: checkpoint.size(), root }
}
