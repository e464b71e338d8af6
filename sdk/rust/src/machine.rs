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

    /// As [`Client::put_machine`], for a machine of this type.
    ///
    /// # Errors
    /// As [`Client::put_machine`]; `Problem` / `MachineTypeFixed` if there is a machine of the other type.
    pub async fn put_machine_of_type(
        &self,
        name: &Name,
        definition: &str,
        machine_type: wire::MachineType,
        create_only: bool,
    ) -> Result<wire::Machine> {
        let of_type = wire::OfType {
            machine_type: Some(machine_type),
        };
        self.call(Method::PUT, &format!("/v1/machines/{name}"))
            .query(&of_type)
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

    /// The definition of one version of a machine.
    pub async fn machine_definition(&self, name: &Name, version: u32) -> Result<wire::Definition> {
        let path = format!("/v1/machines/{name}/versions/{version}");
        self.call(Method::GET, &path).fetch().await
    }

    /// A machine's settings, with its tags and its revision.
    pub async fn machine_settings(&self, name: &Name) -> Result<wire::MachineProfile> {
        let path = format!("/v1/machines/{name}/settings");
        self.call(Method::GET, &path).fetch().await
    }

    /// Replaces a machine's settings. The type must be the one that it has.
    pub async fn put_machine_settings(
        &self,
        name: &Name,
        settings: &wire::MachineSettings,
    ) -> Result<wire::MachineProfile> {
        let path = format!("/v1/machines/{name}/settings");
        self.call(Method::PUT, &path).json(settings)?.fetch().await
    }

    /// A machine's tags.
    pub async fn machine_tags(&self, name: &Name) -> Result<wire::Tags> {
        let path = format!("/v1/machines/{name}/tags");
        self.call(Method::GET, &path).fetch().await
    }

    /// Sets some of a machine's tags and removes others.
    pub async fn change_machine_tags(
        &self,
        name: &Name,
        change: &wire::ChangeTags,
    ) -> Result<wire::Tags> {
        let path = format!("/v1/machines/{name}/tags");
        let call = self.call(Method::POST, &path).json(change)?;
        call.repeatable(true).fetch().await
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
