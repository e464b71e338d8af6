//! The table of routes: one line an endpoint, and the OpenAPI document comes from the same line.

mod activity;
mod audit;
pub(crate) mod aws;
mod bucket;
mod cluster;
mod connection;
mod execution;
mod function;
mod key;
mod lambda;
mod machine;
mod map_run;
mod node;
mod schedule;
mod schedule_group;
mod store;
mod task;

pub(crate) use function::invoke::traceparent;

use std::sync::Arc;

use axum::routing::{any, post};
use axum::{Router, middleware};
use steploom_api::Ports;
use steploom_s3::S3;
use tokio::sync::watch;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::body::{Bound, Budget};
use crate::config::Config;
use crate::{edge, openapi};

/// The bound on a change of tags: as many as there may be, with room for their characters escaped.
const TAGS: Bound = Bound {
    bytes_max: 256 * 1024,
    what: "a change of tags",
};

/// All routes, for a server of the caller's own or a test. Limits of connections and of time for a
/// request's head are [`crate::serve`]'s.
pub fn router(ports: Ports, config: Config) -> Router {
    let (_, never) = watch::channel(false);
    router_until(ports, config, never)
}

/// All routes; event streams end when `ending` becomes true.
pub(crate) fn router_until(ports: Ports, config: Config, ending: watch::Receiver<bool>) -> Router {
    let (routes, document) = table().split_for_parts();
    let app = Arc::new(App {
        bodies: Budget::new(config.limits.bodies_bytes_max),
        guard: config.guard(&ports),
        openapi: openapi::complete(document, &config).into(),
        s3: S3::new(Arc::clone(&ports.buckets)),
        ports,
        config,
        ending,
    });
    routes
        .route("/", post(aws::states))
        .route("/schedules", any(aws::scheduler))
        .route("/schedules/{name}", any(aws::scheduler))
        .route("/schedule-groups", any(aws::scheduler))
        .route("/schedule-groups/{name}", any(aws::scheduler))
        .route("/tags/{*arn}", any(aws::scheduler))
        .fallback(lambda::or_unknown)
        .method_not_allowed_fallback(edge::wrong_method)
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            edge::handle,
        ))
        .with_state(app)
}

fn table() -> OpenApiRouter<Arc<App>> {
    functions()
        .merge(machines())
        .merge(executions())
        .merge(tasks())
        .merge(objects())
        .merge(stores())
        .merge(keys())
        .merge(schedules())
        .merge(cluster())
        .merge(process())
}

/// Functions.
fn functions() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(function::list::list_functions))
        .routes(routes!(
            function::put::put_function,
            function::get::get_function,
            function::delete::delete_function
        ))
        .routes(routes!(function::versions::list_function_versions))
        .routes(routes!(function::invoke::invoke_function))
        .routes(routes!(function::invoke_async::invoke_function_async))
        .routes(routes!(function::logs::read_logs))
        .routes(routes!(function::follow_logs::follow_logs))
        .routes(routes!(
            function::tags::get_function_tags,
            function::change_tags::change_function_tags
        ))
        .routes(routes!(
            function::releases::list_function_releases,
            function::publish::publish_function
        ))
        .routes(routes!(
            function::release::get_function_release,
            function::delete_release::delete_function_release
        ))
        .routes(routes!(function::aliases::list_function_aliases))
        .routes(routes!(
            function::put_alias::put_function_alias,
            function::alias::get_function_alias,
            function::delete_alias::delete_function_alias
        ))
        .routes(routes!(
            function::events::get_function_events,
            function::put_events::put_function_events,
            function::delete_events::delete_function_events
        ))
        .routes(routes!(
            function::urls::list_function_urls,
            function::put_url::put_function_url,
            function::delete_url::delete_function_url
        ))
}

/// Machines.
fn machines() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(machine::list::list_machines))
        .routes(routes!(machine::validate::validate_machine))
        .routes(routes!(
            machine::put::put_machine,
            machine::get::get_machine,
            machine::delete::delete_machine
        ))
        .routes(routes!(machine::versions::list_machine_versions))
        .routes(routes!(
            machine::retention::get_retention,
            machine::put_retention::put_retention
        ))
        .routes(routes!(
            machine::share::get_share,
            machine::put_share::put_share
        ))
        .routes(routes!(machine::execution::get_execution_by_name))
        .routes(routes!(machine::logs::read_machine_logs))
        .routes(routes!(machine::follow_logs::follow_machine_logs))
        .routes(routes!(machine::definition::get_definition))
        .routes(routes!(
            machine::settings::get_settings,
            machine::put_settings::put_settings
        ))
        .routes(routes!(
            machine::tags::get_tags,
            machine::change_tags::change_tags
        ))
        .routes(routes!(
            machine::releases::list_releases,
            machine::publish::publish_machine
        ))
        .routes(routes!(
            machine::release::get_release,
            machine::delete_release::delete_release
        ))
        .routes(routes!(machine::aliases::list_aliases))
        .routes(routes!(
            machine::put_alias::put_alias,
            machine::alias::get_alias,
            machine::delete_alias::delete_alias
        ))
}

/// Executions.
fn executions() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(
            execution::start::start_execution,
            execution::list::list_executions
        ))
        .routes(routes!(execution::run_sync::run_execution))
        .routes(routes!(execution::counts::count_executions))
        .routes(routes!(execution::start_batch::start_executions))
        .routes(routes!(execution::get::get_execution))
        .routes(routes!(execution::history::get_history))
        .routes(routes!(execution::stop::stop_execution))
        .routes(routes!(execution::pause::pause_execution))
        .routes(routes!(execution::resume::resume_execution))
        .routes(routes!(execution::redrive::redrive_execution))
        .routes(routes!(execution::release::release_execution))
        .routes(routes!(execution::events::follow_events))
        .routes(routes!(map_run::list::list_map_runs))
        .routes(routes!(
            map_run::get::get_map_run,
            map_run::update::update_map_run
        ))
        .routes(routes!(map_run::stop::stop_map_run))
}

/// Tasks that somebody outside ends, and activities.
fn tasks() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(task::success::succeed_task))
        .routes(routes!(task::failure::fail_task))
        .routes(routes!(task::heartbeat::heartbeat_task))
        .routes(routes!(activity::list::list_activities))
        .routes(routes!(
            activity::put::put_activity,
            activity::get::get_activity,
            activity::delete::delete_activity
        ))
        .routes(routes!(activity::poll::poll_activity))
        .routes(routes!(
            activity::tags::get_activity_tags,
            activity::change_tags::change_activity_tags
        ))
}

/// Objects, and credentials for calls.
fn objects() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(bucket::list::list_buckets))
        .routes(routes!(
            bucket::put::put_bucket,
            bucket::delete::delete_bucket
        ))
        .routes(routes!(bucket::list_objects::list_objects))
        .routes(routes!(
            bucket::put_object::put_object,
            bucket::get_object::get_object,
            bucket::delete_object::delete_object
        ))
        .routes(routes!(connection::list::list_connections))
        .routes(routes!(
            connection::put::put_connection,
            connection::delete::delete_connection
        ))
}

/// Values by key.
fn stores() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(store::list_keys::list_store_keys))
        .routes(routes!(
            store::put_value::put_value,
            store::get_value::get_value,
            store::delete_value::delete_value
        ))
        .routes(routes!(store::increment_value::increment_value))
}

/// Keys, and who changed what.
fn keys() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(key::list::list_keys, key::create::create_key))
        .routes(routes!(key::revoke::revoke_key))
        .routes(routes!(audit::list::list_audit))
}

/// Schedules.
fn schedules() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(schedule::list::list_schedules))
        .routes(routes!(
            schedule::put::put_schedule,
            schedule::get::get_schedule,
            schedule::delete::delete_schedule
        ))
        .routes(routes!(schedule::pause::pause_schedule))
        .routes(routes!(schedule::resume::resume_schedule))
        .routes(routes!(schedule::backfill::backfill_schedule))
        .routes(routes!(schedule::firings::list_firings))
        .routes(routes!(schedule_group::list::list_schedule_groups))
        .routes(routes!(
            schedule_group::put::put_schedule_group,
            schedule_group::get::get_schedule_group,
            schedule_group::delete::delete_schedule_group
        ))
}

/// Nodes and shards.
fn cluster() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(cluster::nodes::list_nodes))
        .routes(routes!(cluster::shards::list_shards))
        .routes(routes!(cluster::split::split_shard))
}

/// The process itself.
fn process() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(node::index::index))
        .routes(routes!(node::health::healthz))
        .routes(routes!(node::ready::readyz))
        .routes(routes!(node::metrics::metrics))
        .routes(routes!(node::document::openapi_document))
}
