//! `POST sign-subtree` (tlog-witness): a part of a tree that we have cosigned is cosigned by itself.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, header};
use axum::response::{IntoResponse, Response};
use indelible_merkle::subtree;
use indelible_wire::limits::SIGN_SUBTREE_BYTES_MAX;
use indelible_wire::{SignSubtree, print_signature_lines};

use super::app::{self, App};
use super::receive;
use super::refused::SubtreeRefusal;
use crate::problem::{Problem, TEXT};

/// What the route is called in metrics.
pub(super) const ROUTE: &str = "sign-subtree";

pub(super) async fn handle(State(app): State<Arc<App>>, request: Request<Body>) -> Response {
    let answer = match receive_and_work(&app, request).await {
        Ok(lines) => ([(header::CONTENT_TYPE, TEXT)], lines).into_response(),
        Err(refusal) => Problem::from(refusal).into_response(),
    };
    app.metrics.answered(ROUTE, answer.status().as_u16());
    answer
}

async fn receive_and_work(
    app: &Arc<App>,
    request: Request<Body>,
) -> Result<String, SubtreeRefusal> {
    // "It is OPTIONAL for a witness to support this API."
    if !app.identity.cosigns_subtrees() {
        return Err(SubtreeRefusal::NoKey);
    }
    let body = receive::body(request, SIGN_SUBTREE_BYTES_MAX).await?;
    app::work(app, move |app| cosign(app, &body)).await?
}

/// `tlog-witness`, "sign-subtree". Nothing is read or written: our own cosignature on the checkpoint
/// says that we hold its tree to be the log's, and a subtree of it was always part of the log.
fn cosign(app: &App, body: &[u8]) -> Result<String, SubtreeRefusal> {
    app.registry.breaker().check()?;
    // 1. The form, a valid subtree, and one that ends within the checkpoint: 400.
    let request = SignSubtree::parse(body)?;
    let claim = request.checkpoint();
    // 2. "If the checkpoint origin is unknown, the witness MUST respond with a 404."
    let origin = claim.unverified().origin();
    if app.registry.find(origin).is_none() {
        return Err(SubtreeRefusal::UnknownLog(origin.clone()));
    }
    // 3. "The witness MUST verify that the checkpoint includes a valid cosignature from one of its
    //    own keys": 403.
    let vouched = claim.verify(&app.identity.verifiers())?;
    // 4. The proof from the subtree to the checkpoint: 422.
    let checkpoint = vouched.checkpoint();
    let (part, hash) = (request.subtree(), request.hash());
    subtree::verify(part, hash, checkpoint.size(), checkpoint.root(), request.proof())?;
    // 5. "If the cosignature format supports timestamps, the timestamp MUST be zero."
    let lines = app.identity.cosign_subtree(checkpoint.origin(), part, hash)?;
    Ok(print_signature_lines(&lines))
}
