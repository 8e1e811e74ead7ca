//! The list of logs that others keep: read at the start and again from time to time.

use std::string::FromUtf8Error;
use std::sync::Arc;
use std::time::Duration;

use indelible_process::{FileError, Shutdown, clock, files};
use indelible_wire::limits::LOG_LIST_BYTES_MAX;
use indelible_wire::{LogList, LogListError};
use reqwest::Url;

use crate::http::app::App;
use crate::known_log::KnownLog;
use crate::settings::{ListSource, LogListSettings};
use crate::store::failure::StoreError;
use crate::store::registry::{Admission, Source};

/// From asking for a list to its last byte.
const FETCH_TIMEOUT: Duration = Duration::from_secs(60);

/// Why a list brought nothing. What is known already stays served.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The server did not give it.
    #[error("{0}")]
    Fetch(#[from] reqwest::Error),
    /// It is too long.
    #[error("the list is longer than {LOG_LIST_BYTES_MAX} bytes")]
    TooLong,
    /// It is no text.
    #[error("the list is not utf-8: {0}")]
    NotText(#[from] FromUtf8Error),
    /// It is no list.
    #[error("the list is malformed: {0}")]
    Malformed(#[from] LogListError),
    /// A defect of ours.
    #[error("the list was given up")]
    GivenUp,
    /// Its logs could not be remembered.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A list and what it takes to read it.
#[derive(Debug)]
pub(crate) struct ListReader {
    settings: LogListSettings,
    client: reqwest::Client,
}

impl ListReader {
    pub(crate) fn new(settings: LogListSettings) -> Result<Self, ListError> {
        let client = reqwest::Client::builder().timeout(FETCH_TIMEOUT).build()?;
        Ok(Self { settings, client })
    }

    /// Reads the list once and takes in the logs that are new. One that is known under other keys is
    /// reported and stays as it is.
    pub(crate) async fn read(&self, app: &Arc<App>) -> Result<(), ListError> {
        let read = self.read_into(app).await;
        app.metrics.list_read(&read);
        read
    }

    /// Reads the list again at its interval, until the shutdown.
    pub(crate) async fn keep_reading(&self, app: &Arc<App>, shutdown: &Shutdown) {
        loop {
            let next = app.clock.monotonic().saturating_add(self.settings.reread_interval);
            let reread = async {
                clock::wait_until(&*app.clock, next).await;
                self.read(app).await
            };
            let read = tokio::select! {
                () = shutdown.requested() => return,
                read = reread => read,
            };
            if let Err(error) = read {
                tracing::warn!(list = %self.settings.source, %error, "log list not read");
            }
        }
    }

    async fn read_into(&self, app: &Arc<App>) -> Result<(), ListError> {
        let bytes = match &self.settings.source {
            ListSource::File(path) => {
                let most = u64::try_from(LOG_LIST_BYTES_MAX).unwrap_or(u64::MAX);
                files::read_limited(path, most)?
            }
            ListSource::Url(url) => self.fetch(url).await?,
        };
        let (app, shown) = (Arc::clone(app), self.settings.source.to_string());
        // Thousands of keys are checked and commits are waited for: not where requests are taken.
        let admitted = tokio::task::spawn_blocking(move || admit(&app, &shown, bytes)).await;
        admitted.map_err(|_| ListError::GivenUp)?
    }

    async fn fetch(&self, url: &Url) -> Result<Vec<u8>, ListError> {
        let mut response = self.client.get(url.clone()).send().await?.error_for_status()?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if bytes.len().saturating_add(chunk.len()) > LOG_LIST_BYTES_MAX {
                return Err(ListError::TooLong);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

fn admit(app: &App, shown: &str, bytes: Vec<u8>) -> Result<(), ListError> {
    let list = LogList::parse(&String::from_utf8(bytes)?)?;
    let mut logs = Vec::with_capacity(list.logs.len());
    for listed in &list.logs {
        let origin = listed.origin();
        match KnownLog::new(origin.clone(), vec![listed.key().clone()]) {
            Ok(log) => logs.push(log),
            Err(error) => tracing::warn!(%origin, %error, "a listed log is not served"),
        }
    }
    let admission = app.registry.admit(&logs, Source::List)?;
    for refused in &admission.refused {
        tracing::error!(list = shown, %refused, "a listed log was not taken");
    }
    app.metrics.logs_refused(admission.refused.len());
    let Admission { added, unchanged, ref refused, .. } = admission;
    tracing::info!(list = shown, added, unchanged, refused = refused.len(), "log list read");
    Ok(())
}

#[cfg(test)]
mod tests;
