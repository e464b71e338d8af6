//! Keys: made, listed, revoked, and found by their ids.
//!
//! A secret is shown once, when its key is made. What is found is remembered for a few seconds, so
//! that a request costs no question to the database; a key that is revoked here is forgotten here at
//! once, and by other nodes when they ask again.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use steploom_api::port::Keys;
use steploom_api::wire;
use steploom_types::key::{Key, KeyId, KeyKind};
use steploom_types::{AccountId, Error, Result, Timestamp};

use crate::scope::Scopes;
use crate::seal::MasterKeys;
use crate::{Clock, failure, token};

/// How long what was found is believed: so long a revoked key may still be taken by other nodes.
const AGE_MS_MAX: u64 = 5_000;

/// How long it is believed that there are no keys.
const NONE_AGE_MS_MAX: u64 = 1_000;

/// Ids that are remembered, also of keys that are not there; about a kilobyte each.
const KNOWN_MAX: usize = 10_000;

/// How far the note of a key's last use may lag, so that it is no write a request.
const USE_LAG_MS: u64 = 3_600_000;

/// Keys that are read at once when their secrets are checked.
const CHECK_PAGE: u32 = 1_000;

/// Characters of what people call a key.
const NAME_LENGTH_MAX: usize = 80;

/// A key that was found, with what it may do.
pub(crate) struct Known {
    pub(crate) key: Key,
    pub(crate) scopes: Arc<Scopes>,
    /// When its last use was noted, in milliseconds.
    noted_ms: AtomicI64,
    /// Whether the log says that its secret does not open.
    is_told: AtomicBool,
}

struct Remembered {
    at: Timestamp,
    found: Option<Arc<Known>>,
}

/// The keys of all accounts.
pub struct Keyring {
    kept: Arc<dyn Keys>,
    master: Option<Arc<MasterKeys>>,
    clock: Clock,
    known: Mutex<HashMap<KeyId, Remembered>>,
    /// Once there was a key, there always was one.
    are_there: AtomicBool,
    none_seen_at: Mutex<Option<Timestamp>>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring")
    }
}

impl Keyring {
    /// The keys that are kept there. Without a master key there are API keys only.
    pub fn new(kept: Arc<dyn Keys>, master: Option<Arc<MasterKeys>>, clock: Clock) -> Self {
        Self {
            kept,
            master,
            clock,
            known: Mutex::default(),
            are_there: AtomicBool::new(false),
            none_seen_at: Mutex::default(),
        }
    }

    /// Whether there is or ever was a key. Asks the database at most once a second.
    ///
    /// # Errors
    /// `Unavailable`: nobody knows, so nobody may be let in.
    pub async fn are_there(&self) -> Result<bool> {
        if self.are_known() {
            return Ok(true);
        }
        let now = (self.clock)();
        let seen = *self
            .none_seen_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if seen.is_some_and(|at| is_fresh(at, now, NONE_AGE_MS_MAX)) {
            return Ok(false);
        }
        if self.kept.has_keys().await? {
            self.are_there.store(true, Ordering::Relaxed);
            return Ok(true);
        }
        *self
            .none_seen_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(now);
        Ok(false)
    }

    /// Whether a key was seen here before.
    pub(crate) fn are_known(&self) -> bool {
        self.are_there.load(Ordering::Relaxed)
    }

    /// Makes a key of `account` and gives it with its secret, which nobody sees again.
    ///
    /// # Errors
    /// `InvalidScope`, `InvalidKeyName`, `InvalidExpiry`; `NoMasterKey` for an access key where
    /// nothing seals its secret.
    pub async fn create(
        &self,
        account: AccountId,
        wanted: wire::CreateKey,
    ) -> Result<wire::CreatedKey> {
        let now = (self.clock)();
        Scopes::parse(&wanted.scopes)?;
        check_name(&wanted.name)?;
        if wanted.expires_at.is_some_and(|at| at <= now) {
            return Err(Error::invalid(
                "InvalidExpiry",
                "a key cannot expire before it is made",
            ));
        }
        let id = token::new_id(wanted.kind)?;
        let secret = token::new_secret()?;
        let (kept, shown) = match wanted.kind {
            KeyKind::Access => {
                let master = self.master.as_ref().ok_or_else(no_master_key)?;
                (master.close(&id, account, &secret)?, (Some(secret), None))
            }
            KeyKind::Api => {
                let token = token::token(&id, &secret);
                (token::hash(&token).to_vec(), (None, Some(token)))
            }
        };
        let key = Key {
            id,
            account,
            kind: wanted.kind,
            name: wanted.name,
            scopes: wanted.scopes,
            secret: kept,
            created_at: now,
            expires_at: wanted.expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        self.kept.add_key(&key).await?;
        self.forget(&key.id);
        self.are_there.store(true, Ordering::Relaxed);
        Ok(wire::CreatedKey {
            key: view(key, now),
            secret_access_key: shown.0,
            token: shown.1,
        })
    }

    /// Keys of an account by id.
    ///
    /// # Errors
    /// `InvalidNext`.
    pub async fn list(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::KeyPage> {
        let after = next.map(|next| next.parse()).transpose();
        let after: Option<KeyId> = after.map_err(|_| {
            Error::invalid("InvalidNext", "'next' is not what the page before gave")
        })?;
        let mut keys = self
            .kept
            .list_keys(account, after.as_ref(), limit + 1)
            .await?;
        let has_more = keys.len() > limit as usize;
        keys.truncate(limit as usize);
        let next = keys.last().filter(|_| has_more);
        let now = (self.clock)();
        Ok(wire::KeyPage {
            next: next.map(|key| key.id.to_string()),
            items: keys.into_iter().map(|key| view(key, now)).collect(),
        })
    }

    /// Revokes a key for ever: this node takes it no longer, others stop within seconds.
    ///
    /// # Errors
    /// `KeyNotFound`, also for another account's.
    pub async fn revoke(&self, account: AccountId, id: &KeyId) -> Result<()> {
        let revoked = self.kept.revoke_key(account, id, (self.clock)()).await?;
        self.forget(id);
        revoked.map(drop).ok_or_else(|| {
            Error::not_found(
                "KeyNotFound",
                format!("there is no key {id}; 'steploom key list' shows those there are"),
            )
        })
    }

    /// The key with this id, if it is good now. Of a key that is not, only its holder learns why.
    pub(crate) async fn find(&self, id: &KeyId, kind: KeyKind) -> Result<Option<Arc<Known>>> {
        let known = self.look_up(id).await?;
        Ok(known.filter(|known| known.key.kind == kind && known.key.revoked_at.is_none()))
    }

    /// Refuses a key whose time is over, and notes that it was used. Called once its holder has proved
    /// to have its secret.
    pub(crate) fn admit(&self, known: &Arc<Known>) -> Result<()> {
        let now = (self.clock)();
        if known.key.expires_at.is_some_and(|at| at <= now) {
            return Err(failure::expired_key());
        }
        let noted = Timestamp::from_millis(known.noted_ms.load(Ordering::Relaxed));
        if !is_fresh(noted, now, USE_LAG_MS) {
            known.noted_ms.store(now.as_millis(), Ordering::Relaxed);
            let (kept, id) = (self.kept.clone(), known.key.id.clone());
            tokio::spawn(async move {
                if let Err(error) = kept.note_key_use(&id, now).await {
                    tracing::debug!(%error, %id, "a key's use was not noted");
                }
            });
        }
        Ok(())
    }

    /// The secret of an access key. One that does not open is for the operator to look at: whoever calls
    /// is told that there is no such key.
    pub(crate) fn secret(&self, known: &Known) -> Result<String> {
        self.open(&known.key).map_err(|error| {
            if !known.is_told.swap(true, Ordering::Relaxed) {
                tracing::error!(%error, "a key cannot be used");
            }
            failure::unknown_key()
        })
    }

    fn open(&self, key: &Key) -> Result<String> {
        let master = self.master.as_ref().ok_or_else(|| {
            Error::internal("there is an access key, but no master key to open its secret")
        })?;
        master.open(&key.id, key.account, &key.secret)
    }

    /// Whether the secrets of the local account's access keys open; which of them do not, is logged.
    ///
    /// # Errors
    /// `Denied` / `WrongMasterKey` if none does; `Unavailable`: nobody knows.
    pub async fn check_secrets(&self) -> Result<()> {
        let (mut next, mut opened, mut shut) = (None, 0_usize, Vec::new());
        loop {
            let keys = self
                .kept
                .list_keys(AccountId::LOCAL, next.as_ref(), CHECK_PAGE)
                .await?;
            let Some(last) = keys.last() else { break };
            next = Some(last.id.clone());
            let is_sealed = |key: &Key| key.kind == KeyKind::Access && key.revoked_at.is_none();
            for key in keys.into_iter().filter(is_sealed) {
                match self.open(&key) {
                    Ok(_) => opened += 1,
                    Err(error) => shut.push((key.id, error)),
                }
            }
        }
        for (id, error) in &shut {
            tracing::warn!(%id, %error, "this key cannot be used");
        }
        match shut.first() {
            Some((id, _)) if opened == 0 => Err(wrong_master_key(id)),
            _ => Ok(()),
        }
    }

    async fn look_up(&self, id: &KeyId) -> Result<Option<Arc<Known>>> {
        let now = (self.clock)();
        if let Some(remembered) = self.known().get(id)
            && is_fresh(remembered.at, now, AGE_MS_MAX)
        {
            return Ok(remembered.found.clone());
        }
        let found = self.kept.find_key(id).await?;
        let found = found.map(known).transpose()?.map(Arc::new);
        let mut known = self.known();
        if known.len() >= KNOWN_MAX {
            known.retain(|_, remembered| is_fresh(remembered.at, now, AGE_MS_MAX));
        }
        if known.len() < KNOWN_MAX {
            let found = found.clone();
            known.insert(id.clone(), Remembered { at: now, found });
        }
        Ok(found)
    }

    fn forget(&self, id: &KeyId) {
        self.known().remove(id);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<KeyId, Remembered>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn known(key: Key) -> Result<Known> {
    let scopes = Scopes::parse(&key.scopes)
        .map_err(|error| Error::internal(format_args!("the stored key {}: {error}", key.id)))?;
    Ok(Known {
        noted_ms: AtomicI64::new(key.last_used_at.map_or(0, Timestamp::as_millis)),
        is_told: AtomicBool::new(false),
        scopes: Arc::new(scopes),
        key,
    })
}

/// Whether `at` is at most so long ago. A clock that was set back makes everything old.
fn is_fresh(at: Timestamp, now: Timestamp, age_ms_max: u64) -> bool {
    at <= now && now.millis_since(at) < age_ms_max
}

fn check_name(name: &str) -> Result<()> {
    let is_plain = name.chars().all(|letter| !letter.is_control());
    if is_plain && name.chars().count() <= NAME_LENGTH_MAX {
        return Ok(());
    }
    Err(Error::invalid(
        "InvalidKeyName",
        format!("a key's name has up to {NAME_LENGTH_MAX} characters, and no control characters"),
    ))
}

fn wrong_master_key(id: &KeyId) -> Error {
    Error::new(
        steploom_types::Kind::Denied,
        "WrongMasterKey",
        format!(
            "the secrets of access keys, such as {id}, were sealed under another master key than this one: give theirs with --master-key FILE or STEPLOOM_MASTER_KEY, or revoke those keys with 'steploom key revoke'"
        ),
    )
}

fn no_master_key() -> Error {
    Error::new(
        steploom_types::Kind::Denied,
        "NoMasterKey",
        "an access key's secret has to be kept, sealed under a master key, and this server has none: start it with --master-key FILE or STEPLOOM_MASTER_KEY, the same on every node; or make an API key",
    )
}

fn view(key: Key, now: Timestamp) -> wire::Key {
    let status = if key.revoked_at.is_some() {
        wire::KeyStatus::Revoked
    } else if key.expires_at.is_some_and(|at| at <= now) {
        wire::KeyStatus::Expired
    } else {
        wire::KeyStatus::Active
    };
    wire::Key {
        id: key.id,
        account: key.account,
        kind: key.kind,
        name: key.name,
        scopes: key.scopes,
        status,
        created_at: key.created_at,
        expires_at: key.expires_at,
        last_used_at: key.last_used_at,
        revoked_at: key.revoked_at,
    }
}
