//! Answers held against the OpenAPI document: status, media type, headers and problem types.

use std::sync::LazyLock;

use axum::http::{Method, StatusCode, header};
use indelible_wire::Problem;
use serde_json::Value;

use super::fixture::Answer;

/// The document.
#[derive(Debug)]
pub(super) struct Documented(Value);

static DOCUMENT: LazyLock<Documented> =
    LazyLock::new(|| Documented(serde_json::from_str(&super::super::openapi_json()).unwrap()));

impl Documented {
    pub(super) fn get() -> &'static Self {
        &DOCUMENT
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0["paths"].as_object().unwrap().iter()
    }

    pub(super) fn schema(&self, name: &str) -> &Value {
        &self.0["components"]["schemas"][name]
    }

    /// Panics unless the document says that such an answer may come.
    pub(super) fn expect(&self, method: &Method, path: &str, prefixes: &[&str], answer: &Answer) {
        // Without a body the statuses still tell; HEAD has no body.
        let silent = *method == Method::HEAD;
        let below = prefixes.iter().filter_map(|prefix| path.strip_prefix(*prefix));
        let Some(item) = below.chain([path]).find_map(|below| self.item(below)) else {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(silent || answer.problem("no-such-route").item.is_none());
            return;
        };
        let method = if *method == Method::HEAD { "get" } else { &method.as_str().to_lowercase() };
        let Some(operation) = item.get(method) else {
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
            assert!(silent || answer.problem("method-not-allowed").item.is_none());
            let methods: Vec<&str> = answer.header(header::ALLOW).unwrap().split(',').collect();
            let documented = |method: &&str| item.get(method.to_lowercase()).is_some();
            assert!(methods.iter().all(|method| *method == "HEAD" || documented(method)));
            return;
        };
        let response = &operation["responses"][answer.status.as_str()];
        assert!(response.is_object(), "{method} {path}: {answer:?} is not documented");
        let Some(media_type) = answer.header(header::CONTENT_TYPE) else {
            assert!(answer.status == StatusCode::NOT_MODIFIED, "{answer:?}");
            return;
        };
        let essence = media_type.split(';').next().unwrap();
        let content = &response["content"][essence];
        assert!(content.is_object(), "{method} {path}: {media_type} is not documented");
        for (name, _) in response["headers"].as_object().into_iter().flatten() {
            let optional = ["Content-Encoding"].contains(&name.as_str());
            assert!(
                optional || answer.headers.contains_key(name.to_lowercase()),
                "{name}: {answer:?}"
            );
        }
        if essence == Problem::CONTENT_TYPE && !silent {
            let problem: Problem = serde_json::from_slice(&answer.body).unwrap();
            let types = &content["schema"]["allOf"][1]["properties"]["type"]["enum"];
            let listed = types.as_array().unwrap().contains(&Value::from(problem.kind.as_str()));
            assert!(listed, "{method} {path}: {} is not among {types}", problem.kind);
        }
    }

    /// The path item whose template this path fits.
    fn item(&self, path: &str) -> Option<&Value> {
        let paths = self.0["paths"].as_object().unwrap();
        let tile = path.strip_prefix("/tile/").map(|below| {
            let is_bundle = below.starts_with("entries/");
            if is_bundle { "/tile/entries/{position}" } else { "/tile/{level}/{position}" }
        });
        // A wildcard wants something after the slash.
        let whole = path.split('/').skip(3).any(|part| !part.is_empty());
        match tile {
            Some(template) if whole => paths.get(template),
            Some(_) => None,
            None => paths.get(path),
        }
    }
}
