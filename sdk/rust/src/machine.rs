//! State machines.

use reqwest::Method;

use crate::{Client, Name, Result, wire};

impl Client {
    /// Keeps a definition (Amazon States Language): a new machine, or a new version of one. The same
    /// definition again makes no new version. `create_only`: fail with `MachineExists` if there is
    /// one with another definition.
    ///
    /// # Errors
    /// `Problem` / `InvalidDefinition` with every place that is wrong.
    pub async fn put_machine(
        &self,
        name: &Name,
        definition: &str,
        create_only: bool,
    ) -> Result<wire::Machine> {
        self.call(Method::PUT, &format!("/v1/machines/{name}"))
            .body(content_type(definition), definition.to_owned())
            .create_only(create_only)
            .fetch()
            .await
    }

    /// Checks a definition and keeps nothing.
    pub async fn validate_machine(&self, definition: &str) -> Result<wire::Validation> {
        self.call(Method::POST, "/v1/definitions/validate")
            .body(content_type(definition), definition.to_owned())
            .repeatable(true)
            .fetch()
            .await
    }

    /// Machines by name, a page at a time.
    pub async fn list_machines(&self, page: &wire::Page) -> Result<wire::MachinePage> {
        let call = self.call(Method::GET, "/v1/machines");
        call.query(page).fetch().await
    }

    /// One machine with its newest definition.
    pub async fn get_machine(&self, name: &Name) -> Result<wire::Machine> {
        let path = format!("/v1/machines/{name}");
        self.call(Method::GET, &path).fetch().await
    }

    /// A machine's versions, newest first.
    pub async fn machine_versions(&self, name: &Name) -> Result<wire::MachineVersions> {
        let path = format!("/v1/machines/{name}/versions");
        self.call(Method::GET, &path).fetch().await
    }

    /// How long a machine's closed executions are kept, as it was set.
    pub async fn machine_retention(&self, name: &Name) -> Result<wire::Retention> {
        let path = format!("/v1/machines/{name}/retention");
        self.call(Method::GET, &path).fetch().await
    }

    /// Sets how long a machine's closed executions are kept. What is closed already goes by it as
    /// well.
    pub async fn put_machine_retention(
        &self,
        name: &Name,
        retention: &wire::Retention,
    ) -> Result<wire::Retention> {
        let path = format!("/v1/machines/{name}/retention");
        let call = self.call(Method::PUT, &path).json(retention)?;
        call.repeatable(true).fetch().await
    }

    /// What part of the permits a machine's tasks have, as it was set.
    pub async fn machine_share(&self, name: &Name) -> Result<wire::Share> {
        let path = format!("/v1/machines/{name}/share");
        self.call(Method::GET, &path).fetch().await
    }

    /// Sets what part of the permits a machine's tasks have, for those that wait from now on.
    pub async fn put_machine_share(&self, name: &Name, share: &wire::Share) -> Result<wire::Share> {
        let path = format!("/v1/machines/{name}/share");
        let call = self.call(Method::PUT, &path).json(share)?;
        call.repeatable(true).fetch().await
    }

    /// Deletes a machine. Its executions go on.
    pub async fn delete_machine(&self, name: &Name) -> Result<()> {
        let path = format!("/v1/machines/{name}");
        self.call(Method::DELETE, &path).send().await.map(drop)
    }
}

/// A definition in JSON is an object, so it starts with a brace; everything else is YAML.
fn content_type(definition: &str) -> &'static str {
    if definition.trim_ascii_start().starts_with('{') {
        "application/json"
    } else {
        "application/yaml"
    }
}
