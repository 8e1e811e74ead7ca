//! Questions to other people's libraries: one Go process, one JSON line each way.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::peers;

/// The oracle of `tests/interop/oracle`; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Oracle {
    child: Child,
    // Dropped first, and that is what ends the process.
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    pub(crate) fn start() -> Self {
        let mut child = Command::new(peers::program("oracle"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the oracle starts");
        let questions = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("a pipe was asked for"));
        Self { child, questions, answers }
    }

    /// The answer, or why the library refuses.
    pub(crate) fn ask(&mut self, question: &str, args: &Value) -> Result<Value, String> {
        let line = format!("{}\n", json!({ "do": question, "args": args }));
        let questions = self.questions.as_mut().expect("open until dropped");
        questions.write_all(line.as_bytes()).expect("the oracle listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the oracle answers");
        let mut answer: Value = serde_json::from_str(&answer)
            .unwrap_or_else(|error| panic!("{question} was answered with {answer:?}: {error}"));
        if let Some(refusal) = answer.get("error").and_then(Value::as_str) {
            return Err(refusal.to_owned());
        }
        match answer.get_mut("ok") {
            Some(ok) => Ok(ok.take()),
            None => panic!("{question} was not understood: {answer}"),
        }
    }

    /// An answer that must come.
    pub(crate) fn must(&mut self, question: &str, args: &Value) -> Value {
        self.ask(question, args).unwrap_or_else(|error| panic!("{question} {args}: {error}"))
    }

    pub(crate) fn must_text(&mut self, question: &str, args: &Value) -> String {
        text(&self.must(question, args))
    }

    pub(crate) fn must_bytes(&mut self, question: &str, args: &Value) -> Vec<u8> {
        bytes(&self.must(question, args))
    }

    /// A verdict; libraries that disagree with each other fail the test.
    pub(crate) fn accepts(&mut self, question: &str, args: &Value) -> bool {
        self.must(question, args).as_bool().unwrap_or_else(|| panic!("{question} gives a verdict"))
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        drop(self.questions.take());
        // Nothing is left to be done about a failure here.
        let _ = self.child.wait();
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(text(value)).expect("Go's base64 is ours")
}

pub(crate) fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("not a number: {value}"))
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
