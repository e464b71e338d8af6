//! Invocations that nobody waits for: which machine runs one, and whether who is to be told of it is there.

use steploom_api::port::EventTerms;
use steploom_api::wire::{Destinations, FunctionSettings, ReleaseNumber};
use steploom_asl::event::{Destination, EventTask};
use steploom_types::{AccountId, Error, Name, Result, arn, limits};

use super::Port;
use crate::function_profile::events;
use crate::registry::Function;

impl Port {
    /// The definition of the machine that handles an event: the plain one, unless more is asked for than one attempt.
    pub(super) async fn event_machine(
        &self,
        account: AccountId,
        (function, release): (&Function, Option<ReleaseNumber>),
        qualifier: Option<&str>,
        terms: &EventTerms,
    ) -> Result<String> {
        let profile = self
            .shared
            .registry
            .function_profile(account, &function.name);
        let profile = profile.await?.unwrap_or_default();
        let settings = events::find(&profile, qualifier);
        let dead_letter = function.dead_letter.as_deref();
        if settings.is_none() && dead_letter.is_none() && terms.retries == 0 {
            return Ok(steploom_asl::one_task(&function.name, qualifier));
        }
        // One that was checked once, and cannot be read any more, is told nothing.
        let to = |text: Option<&str>| Destination::parse(text?);
        let of = |choose: fn(&Destinations) -> &Option<String>| {
            to(settings.and_then(|settings| choose(&settings.destinations).as_deref()))
        };
        // While nothing is published, a number is a version's.
        let is_version = profile.releases_made == 0;
        let version = qualifier.filter(|_| is_version).map(str::to_owned);
        let version = release.map(|number| number.to_string()).or(version);
        let age = settings.and_then(|settings| settings.max_age_seconds);
        let retries = settings.and_then(|settings| settings.max_retries);
        let function_arn = arn::function(account, &function.name);
        let task = EventTask {
            function: &function.name,
            release: version.as_deref(),
            function_arn: format!("{function_arn}:{}", qualifier.unwrap_or("$LATEST")),
            retries: retries.unwrap_or(terms.retries),
            age_seconds: age
                .unwrap_or(limits::function::EVENT_AGE_SECONDS_MAX)
                .into(),
            on_success: of(|of| &of.on_success),
            on_failure: of(|of| &of.on_failure),
            dead_letter: to(dead_letter),
        };
        Ok(task.definition())
    }

    /// # Errors
    /// `Invalid` / `InvalidDestination`, `OwnDestination` or `DestinationNotFound`.
    pub(super) async fn check_destinations(
        &self,
        account: AccountId,
        function: &Name,
        destinations: &Destinations,
    ) -> Result<()> {
        let both = [&destinations.on_success, &destinations.on_failure];
        for text in both.into_iter().flatten() {
            let registry = &self.shared.registry;
            let is_there = match events::destination(text, function)? {
                Destination::Function(named) => {
                    let qualifier = named.qualifier.as_deref();
                    let found = registry.function(account, &named.name, qualifier);
                    found.await?.is_some()
                }
                Destination::Machine(name, _) => registry.profile(account, &name).await?.is_some(),
            };
            if !is_there {
                let message = format!("there is nothing at '{text}'");
                return Err(Error::invalid("DestinationNotFound", message));
            }
        }
        Ok(())
    }
}

/// Refuses settings whose dead letters could go nowhere. Whether there is what they name shows when one is sent.
///
/// # Errors
/// `Invalid` / `InvalidDestination` or `OwnDestination`.
pub(super) fn check_dead_letter(function: &Name, settings: &FunctionSettings) -> Result<()> {
    match events::dead_letter(settings) {
        None => Ok(()),
        Some(text) => events::destination(text, function).map(drop),
    }
}
