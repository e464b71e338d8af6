//! `function url set|list|delete`: addresses under which functions answer HTTP.

use clap::{Subcommand, ValueEnum};
use steploom_api::wire::{FunctionAddress, OfAlias, SetUrl, UrlAuth, UrlCors};
use steploom_types::Name;

use crate::command::Context;
use crate::failure::Failure;
use crate::view::out;
use crate::view::table::Rows;

/// Give a function an address under which it answers HTTP
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom function url set hello                       whoever may invoke it, by their key
  steploom function url set hello --auth none           everybody
  curl $(steploom function url set hello --auth none)
  steploom function url set hello --auth none --origin https://example.com")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make an address, or change who may call there
    Set {
        /// The function
        name: Name,
        /// For this alias of it
        #[arg(long)]
        alias: Option<Name>,
        /// Who may call
        #[arg(long, value_enum, default_value_t = Auth::Key)]
        auth: Auth,
        /// Pages of this origin may call, `*` for all; may be given several times
        #[arg(long, value_name = "ORIGIN")]
        origin: Vec<String>,
        /// A method that such pages may use; may be given several times [default: all]
        #[arg(long, value_name = "METHOD", requires = "origin")]
        method: Vec<String>,
        /// A header that such pages may send; may be given several times
        #[arg(long, value_name = "NAME", requires = "origin")]
        header: Vec<String>,
    },
    /// List the addresses of a function and its aliases
    List {
        /// The function
        name: Name,
    },
    /// Take an address away
    Delete {
        /// The function
        name: Name,
        /// That of this alias
        #[arg(long)]
        alias: Option<Name>,
    },
}

/// Who may call.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Auth {
    /// Who may invoke the function
    Key,
    /// Everybody
    None,
}

/// Does it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let client = &context.client;
    match args.verb {
        Verb::Set {
            name,
            alias,
            auth,
            origin,
            method,
            header,
        } => {
            let set = SetUrl {
                auth: match auth {
                    Auth::Key => UrlAuth::Known,
                    Auth::None => UrlAuth::Nobody,
                },
                cors: (!origin.is_empty()).then(|| cors(origin, method, header)),
            };
            let of = OfAlias { alias };
            let address = client.put_function_url(&name, &of, &set).await?;
            if context.json {
                return Ok(out::json(&address)?);
            }
            Ok(out::line(address.url)?)
        }
        Verb::List { name } => list(&name, context).await,
        Verb::Delete { name, alias } => {
            client
                .delete_function_url(&name, &OfAlias { alias })
                .await?;
            if context.json {
                return Ok(out::json(&serde_json::json!({ "deleted": name }))?);
            }
            Ok(out::line(format!("{name} has that address no more"))?)
        }
    }
}

async fn list(name: &Name, context: &Context) -> Result<(), Failure> {
    let found = context.client.function_urls(name).await?;
    if context.json {
        return Ok(out::json(&found)?);
    }
    if found.items.is_empty() {
        out::note(format!(
            "no addresses yet; 'steploom function url set {name}' makes one"
        ));
        return Ok(());
    }
    let mut rows = Rows::new(context.paint, &["alias", "who may call", "url"]);
    for (alias, address) in &found.items {
        rows.add([alias.clone(), who(address).to_owned(), address.url.clone()]);
    }
    Ok(out::line(rows.text(&[]))?)
}

fn who(address: &FunctionAddress) -> &'static str {
    match address.settings.auth {
        UrlAuth::Nobody => "everybody",
        UrlAuth::Known => "who may invoke it",
    }
}

fn cors(origins: Vec<String>, methods: Vec<String>, headers: Vec<String>) -> UrlCors {
    let all = || vec!["*".to_owned()];
    UrlCors {
        allow_origins: origins,
        allow_methods: if methods.is_empty() { all() } else { methods },
        allow_headers: headers,
        ..UrlCors::default()
    }
}
