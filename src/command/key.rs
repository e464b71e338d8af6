//! `key create|list|revoke`: keys by which callers prove who they are.
//!
//! With `--data` or `--database-url` the store is opened here, without a server: that is how the first
//! key is made.

use std::path::PathBuf;

use clap::Subcommand;
use steploom_actor::Actor;
use steploom_api::wire::{CreateKey, CreatedKey, Key, KeyPage, KeyStatus, ListKeys};
use steploom_auth::{Keyring, system_clock};
use steploom_types::key::{KeyId, KeyKind};
use steploom_types::{AccountId, Timestamp};

use super::Context;
use crate::failure::Failure;
use crate::parse;
use crate::platform::keys::{self, Place};
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{Paint, human, out};

/// Who makes keys without a server, in audit records.
const OPERATOR: &str = "operator";

/// Keep the keys by which callers prove who they are
///
/// As long as there is no key, a server listens on the loopback interface only and takes everybody for
/// account 000000000000. Once there is one, each request needs one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom key create --scope admin --data .steploom        the first key, while no server runs
  steploom key create ci --api --scope functions:write:team-a-* --expires-in 90d
  steploom key list
  steploom key revoke STPL7JXKQ4W2M5N6P3RA")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,

    #[command(flatten)]
    place: DirectArgs,
}

/// Where keys are kept, for those who have no server to ask.
#[derive(Debug, clap::Args)]
struct DirectArgs {
    /// Open the store below this folder, without a server; none may be running on it
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help_heading = "Without a server"
    )]
    data: Option<PathBuf>,

    /// Open this Postgres database, without a server; servers may be running on it
    #[arg(
        long,
        global = true,
        value_name = "URL",
        help_heading = "Without a server"
    )]
    database_url: Option<String>,

    /// The file with the master key; else STEPLOOM_MASTER_KEY, else the one in --data
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Without a server"
    )]
    master_key: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a key; its secret is shown now and never again
    Create {
        /// What you call it
        #[arg(default_value = "")]
        name: String,
        /// An API key, whose token is sent as it is; else an access key, which signs as AWS's do
        #[arg(long)]
        api: bool,
        /// What it may do: 'admin' or AREA[:VERB[:NAME]], such as functions:invoke:team-a-*; may be given several times
        #[arg(long = "scope", value_name = "SCOPE", required = true)]
        scopes: Vec<String>,
        /// When it ends, such as 12h or 90d; never if left out
        #[arg(long, value_name = "DURATION", value_parser = parse::duration_ms)]
        expires_in: Option<u64>,
        /// The account that it reaches
        #[arg(long, value_name = "ACCOUNT")]
        account: Option<AccountId>,
    },
    /// List keys, without their secrets
    List {
        /// How many at the most, 1 to 1000
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Go on from the page before
        #[arg(long, value_name = "TOKEN")]
        next: Option<String>,
        /// The account
        #[arg(long, value_name = "ACCOUNT")]
        account: Option<AccountId>,
    },
    /// Revoke a key for ever
    Revoke {
        /// The key
        id: KeyId,
        /// Its account
        #[arg(long, value_name = "ACCOUNT")]
        account: Option<AccountId>,
    },
}

impl Verb {
    fn wanted(self) -> Wanted {
        match self {
            Self::Create {
                name,
                api,
                scopes,
                expires_in,
                account,
            } => Wanted::Create(CreateKey {
                kind: if api { KeyKind::Api } else { KeyKind::Access },
                name,
                scopes,
                expires_at: expires_in.map(|ms| now().plus_millis(ms)),
                account,
            }),
            Self::List {
                limit,
                next,
                account,
            } => Wanted::List(ListKeys {
                limit: Some(limit),
                next,
                account,
            }),
            Self::Revoke { id, account } => Wanted::Revoke(id, account),
        }
    }
}

/// What was typed, in the words of the API.
enum Wanted {
    Create(CreateKey),
    List(ListKeys),
    Revoke(KeyId, Option<AccountId>),
}

impl Args {
    /// Whether the store is opened here.
    pub(crate) fn is_direct(&self) -> bool {
        self.place.data.is_some() || self.place.database_url.is_some()
    }
}

/// Asks a server.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    if args.place.master_key.is_some() {
        return Err(Failure::usage(
            "--master-key goes with --data or --database-url; a server has its own",
        ));
    }
    let (client, view) = (&context.client, View::of(context));
    match args.verb.wanted() {
        Wanted::Create(create) => view.created(&client.create_key(&create).await?),
        Wanted::List(list) => view.list(&client.list_keys(&list).await?),
        Wanted::Revoke(id, account) => {
            client.revoke_key(&id, account).await?;
            view.revoked(&id)
        }
    }
}

/// Opens the store and does it there.
pub(crate) async fn run_direct(args: Args, json: bool) -> Result<(), Failure> {
    let place = Place {
        data: args.place.data,
        database_url: args.place.database_url,
        master_key: args.place.master_key,
    };
    let actor = Actor {
        who: OPERATOR.into(),
        request_id: "".into(),
    };
    let paint = Paint::of_stdout();
    let view = View { json, paint };
    let (kept, master) = keys::open(&place).await?;
    let ring = Keyring::new(kept, master, system_clock());
    let work = async {
        match args.verb.wanted() {
            Wanted::Create(create) => {
                let account = create.account.unwrap_or(AccountId::LOCAL);
                view.created(
                    &ring
                        .create(account, create)
                        .await
                        .map_err(anyhow::Error::from)?,
                )
            }
            Wanted::List(list) => {
                let account = list.account.unwrap_or(AccountId::LOCAL);
                let limit = list.limit.unwrap_or(1000);
                let page = ring.list(account, limit, list.next).await;
                view.list(&page.map_err(anyhow::Error::from)?)
            }
            Wanted::Revoke(id, account) => {
                let account = account.unwrap_or(AccountId::LOCAL);
                ring.revoke(account, &id)
                    .await
                    .map_err(anyhow::Error::from)?;
                view.revoked(&id)
            }
        }
    };
    steploom_actor::within(actor, work).await
}

/// How it is shown.
struct View {
    json: bool,
    paint: Paint,
}

impl View {
    fn of(context: &Context) -> Self {
        Self {
            json: context.json,
            paint: context.paint,
        }
    }

    fn created(&self, made: &CreatedKey) -> Result<(), Failure> {
        if self.json {
            return Ok(out::json(made)?);
        }
        let id = &made.key.id;
        if let Some(secret) = &made.secret_access_key {
            out::line(format!(
                "AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}"
            ))?;
        }
        if let Some(token) = &made.token {
            out::line(format!("STEPLOOM_API_KEY={token}"))?;
        }
        out::note("keep it now: it is not shown again, and nobody can look it up");
        Ok(())
    }

    fn list(&self, found: &KeyPage) -> Result<(), Failure> {
        if self.json {
            return Ok(out::json(found)?);
        }
        let mut rows = Rows::new(
            self.paint,
            &["id", "name", "kind", "status", "scopes", "created", "used"],
        );
        for key in &found.items {
            rows.add([
                key.id.to_string(),
                key.name.escape_debug().to_string(),
                key.kind.as_str().to_owned(),
                status(key).to_owned(),
                key.scopes.join(" "),
                human::ago(key.created_at, now()),
                key.last_used_at.map_or_else(|| "-".to_owned(), ago),
            ]);
        }
        Ok(out::line(rows.text(&[]))?)
    }

    fn revoked(&self, id: &KeyId) -> Result<(), Failure> {
        if self.json {
            return Ok(out::json(&serde_json::json!({ "revoked": id }))?);
        }
        Ok(out::line(format!("revoked key {id}"))?)
    }
}

fn ago(at: Timestamp) -> String {
    human::ago(at, now())
}

fn status(key: &Key) -> &'static str {
    match key.status {
        KeyStatus::Active => "active",
        KeyStatus::Expired => "expired",
        KeyStatus::Revoked => "revoked",
    }
}
