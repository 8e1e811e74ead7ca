//! A program that runs beside the test, what it says, and its end.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// Long enough for a loaded machine; whoever waits this long has failed.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// A program that is killed when this is dropped.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
    said: Arc<Said>,
}

/// Lines of both outputs, in the order in which they were read.
#[derive(Debug, Default)]
struct Said {
    heard: Mutex<Heard>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct Heard {
    lines: Vec<String>,
    outputs_closed: u8,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let said = Arc::new(Said::default());
        listen_to(child.stdout.take().expect("a pipe was asked for"), Arc::clone(&said));
        listen_to(child.stderr.take().expect("a pipe was asked for"), Arc::clone(&said));
        Self { name, child, said }
    }

    /// The first line, already said or still to come, from which `read` reads something.
    pub fn hear<T>(&self, read: impl Fn(&str) -> Option<T>) -> T {
        let heard = self.said.heard.lock().expect("no panic while listening");
        let mut found = None;
        let (heard, _) = self
            .said
            .news
            .wait_timeout_while(heard, DEADLINE, |heard| {
                found = heard.lines.iter().find_map(|line| read(line));
                found.is_none() && heard.outputs_closed < 2
            })
            .expect("no panic while listening");
        drop(heard);
        found.unwrap_or_else(|| {
            panic!("{} never said what was waited for, but:\n{}", self.name, self.said())
        })
    }

    /// Whether it closed both its outputs, as a program does that ends.
    pub fn has_ended(&self) -> bool {
        self.said.heard.lock().expect("no panic while listening").outputs_closed == 2
    }

    /// Asks it to stop, as an operator does.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal by name.
    pub fn signal(&self, signal: &str) {
        let number = self.child.id().to_string();
        let sent = Command::new("kill").arg(format!("-{signal}")).arg(number).status();
        assert!(sent.is_ok_and(|sent| sent.success()), "{} could not be signalled", self.name);
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it at once, as nothing in it can notice, and waits until it is gone.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// All that it said so far.
    pub fn said(&self) -> String {
        self.said.heard.lock().expect("no panic while listening").lines.join("\n")
    }

    /// Waits for the program's own end.
    pub fn end(mut self) -> (ExitStatus, Vec<String>) {
        let heard = self.said.heard.lock().expect("no panic while listening");
        let (heard, waited) = self
            .said
            .news
            .wait_timeout_while(heard, DEADLINE, |heard| heard.outputs_closed < 2)
            .expect("no panic while listening");
        let lines = heard.lines.clone();
        drop(heard);
        assert!(!waited.timed_out(), "{} does not end:\n{}", self.name, lines.join("\n"));
        let status = self.child.wait().expect("a child of ours");
        (status, lines)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

fn listen_to(output: impl Read + Send + 'static, said: Arc<Said>) {
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            said.heard.lock().expect("no panic while listening").lines.push(text);
            said.news.notify_all();
            line.clear();
        }
        said.heard.lock().expect("no panic while listening").outputs_closed += 1;
        said.news.notify_all();
    });
}
