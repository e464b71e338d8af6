//! Addresses under which functions answer HTTP.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use steploom_api::wire::{FunctionUrl, PutFunctionUrl, UrlAuth, UrlCors};
use steploom_types::{Error, Name, Timestamp};

use super::name::{LATEST, Target};
use super::{Answer, Call, failure, invalid, missing, page_size};
use crate::rest::Output;
use crate::{Failure, page};

const NO_FUNCTION: &str = "Function does not exist";
const NO_URL: &str = "The resource you requested does not exist.";
const BUFFERED: &str = "BUFFERED";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    function_name: String,
    qualifier: Option<String>,
    auth_type: Option<AuthType>,
    cors: Option<Cors>,
    invoke_mode: Option<String>,
}

/// Who may call, as AWS names them.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum AuthType {
    None,
    AwsIam,
}

/// [`UrlCors`] as AWS names its fields.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Cors {
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_credentials: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allow_headers: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allow_methods: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allow_origins: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    expose_headers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age: Option<u32>,
}

impl From<Cors> for UrlCors {
    fn from(cors: Cors) -> Self {
        Self {
            allow_credentials: cors.allow_credentials,
            allow_headers: cors.allow_headers,
            allow_methods: cors.allow_methods,
            allow_origins: cors.allow_origins,
            expose_headers: cors.expose_headers,
            max_age: cors.max_age,
        }
    }
}

impl From<UrlCors> for Cors {
    fn from(cors: UrlCors) -> Self {
        Self {
            allow_credentials: cors.allow_credentials,
            allow_headers: cors.allow_headers,
            allow_methods: cors.allow_methods,
            allow_origins: cors.allow_origins,
            expose_headers: cors.expose_headers,
            max_age: cors.max_age,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    function_name: String,
    marker: Option<String>,
    max_items: Option<u32>,
}

/// `CreateFunctionUrlConfig`
pub(super) async fn create(call: &Call<'_>) -> Answer {
    put(call, true).await
}

/// `UpdateFunctionUrlConfig`
pub(super) async fn update(call: &Call<'_>) -> Answer {
    put(call, false).await
}

async fn put(call: &Call<'_>, is_new: bool) -> Answer {
    let input: Input = call.read()?;
    let target = Target::read(&input.function_name, input.qualifier.as_deref())?;
    let alias = alias(&target, NO_FUNCTION)?;
    if input.invoke_mode.is_some_and(|mode| mode != BUFFERED) {
        return Err(invalid(
            "RESPONSE_STREAM is not supported: answers are buffered",
        ));
    }
    let put = PutFunctionUrl {
        is_new,
        auth: input.auth_type.map(|auth| match auth {
            AuthType::None => UrlAuth::Nobody,
            AuthType::AwsIam => UrlAuth::Known,
        }),
        cors: input.cors.map(UrlCors::from),
    };
    let profiles = &call.ports.function_profiles;
    let made = profiles.put_url(call.account, &target.name, alias.as_ref(), put);
    let made = made.await.map_err(|error| match error.code {
        "FunctionNotFound" | "QualifierNotFound" => missing(NO_FUNCTION),
        "UrlNotFound" => missing(NO_URL),
        "UrlExists" => Failure::new(
            "ResourceConflictException",
            format!(
                "Failed to create function url config for [functionArn = {}]. Error message:  FunctionUrlConfig exists for this Lambda function",
                target.qualified_arn(call)
            ),
        ),
        _ => failure(error, &target.arn(call)),
    })?;
    let mut shown = shown(call, &target, alias.as_ref(), &made);
    if is_new && let Some(fields) = shown.as_object_mut() {
        fields.remove("LastModifiedTime");
    }
    Ok(shown.into())
}

/// `GetFunctionUrlConfig`
pub(super) async fn get(call: &Call<'_>) -> Answer {
    let input: Input = call.read()?;
    let target = Target::read(&input.function_name, input.qualifier.as_deref())?;
    let alias = alias(&target, NO_URL)?;
    let profiles = &call.ports.function_profiles;
    let profile = profiles.profile(call.account, &target.name).await;
    let profile = profile.map_err(|error| absent(error, NO_URL))?;
    let key = alias.as_ref().map_or("", Name::as_str);
    let url = profile.urls.get(key).ok_or_else(|| missing(NO_URL))?;
    Ok(shown(call, &target, alias.as_ref(), url).into())
}

/// `DeleteFunctionUrlConfig`
pub(super) async fn delete(call: &Call<'_>) -> Answer {
    let input: Input = call.read()?;
    let target = Target::read(&input.function_name, input.qualifier.as_deref())?;
    let alias = alias(&target, NO_URL)?;
    let profiles = &call.ports.function_profiles;
    let deleted = profiles.delete_url(call.account, &target.name, alias.as_ref());
    let is_gone = deleted.await.map_err(|error| absent(error, NO_URL))?;
    is_gone.then(Output::default).ok_or_else(|| missing(NO_URL))
}

/// `ListFunctionUrlConfigs`
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let input: List = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    let profiles = &call.ports.function_profiles;
    let profile = profiles.profile(call.account, &target.name).await;
    let profile = profile.map_err(|error| absent(error, NO_FUNCTION))?;
    let size = page_size(input.max_items) as usize;
    let all = profile.urls.into_iter().collect();
    let (page, next) = page::cut(all, size, input.marker.as_deref())?;
    let page = page.iter().map(|(alias, url)| {
        let alias = alias.parse().ok();
        shown(call, &target, alias.as_ref(), url)
    });
    let mut answer = json!({"FunctionUrlConfigs": page.collect::<Value>()});
    if let Some(next) = next {
        answer["NextMarker"] = next.into();
    }
    Ok(answer.into())
}

/// The alias that is meant, if one is. Versions have no addresses.
fn alias(target: &Target, none: &str) -> Result<Option<Name>, Failure> {
    let Some(text) = &target.qualifier else {
        return Ok(None);
    };
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    if is_number || text == LATEST {
        return Err(Failure::validation(format!(
            r"1 validation error detected: Value '{text}' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)"
        )));
    }
    text.parse().map(Some).map_err(|_| missing(none))
}

fn absent(error: Error, message: &str) -> Failure {
    match error.code {
        "FunctionNotFound" => missing(message),
        _ => failure(error, ""),
    }
}

fn shown(call: &Call<'_>, target: &Target, alias: Option<&Name>, url: &FunctionUrl) -> Value {
    let arn = match alias {
        None => target.arn(call),
        Some(alias) => format!("{}:{alias}", target.arn(call)),
    };
    let auth = match url.auth {
        UrlAuth::Nobody => AuthType::None,
        UrlAuth::Known => AuthType::AwsIam,
    };
    let mut shown = json!({
        "AuthType": auth,
        "CreationTime": time(url.created_at),
        "FunctionArn": arn,
        "FunctionUrl": format!("http://{}/url/{}/", call.host, url.id),
        "InvokeMode": BUFFERED,
        "LastModifiedTime": time(url.changed_at),
    });
    if let Some(cors) = &url.cors {
        shown["Cors"] = json!(Cors::from(cors.clone()));
    }
    shown
}

/// An instant as this part of Lambda writes it.
fn time(at: Timestamp) -> String {
    at.to_string()
}
