//! Reactors: the event is written into the guest's memory, the result read from there.

use wasmtime::{Extern, Instance, InstancePre, Memory, ModuleExport, Store};

use super::{Answer, Language};
use crate::guest::Guest;

/// Where a reactor's instance is.
pub(crate) type Place = (Instance, Memory);

/// In the length that `steploom_handle` answers: the result is an error.
const ERROR_BIT: u32 = 1 << 31;

/// A linked reactor and where its exports are.
pub(crate) struct Reactor {
    /// How it begins.
    pub(crate) start: Start,
    /// `steploom_alloc(len) -> ptr`.
    pub(crate) alloc: ModuleExport,
    /// `steploom_handle(ptr, len) -> ptr << 32 | len`.
    pub(crate) handle: ModuleExport,
}

/// How a reactor's instance comes to be.
pub(crate) enum Start {
    /// With a memory of its own.
    Fresh {
        /// Ready to be instantiated.
        pre: InstancePre<Guest>,
        /// `memory`.
        memory: ModuleExport,
        /// `_initialize()`, if it is there.
        initialize: Option<ModuleExport>,
    },
    /// With the memory that a program in some language left when it was loaded.
    Loaded(Language),
}

impl Reactor {
    /// Calls it once, where it is, or in a fresh instance.
    ///
    /// # Errors
    /// A trap, or a limit that was hit.
    pub(crate) async fn run(
        &self,
        store: &mut Store<Guest>,
        place: &mut Option<Place>,
        event: &[u8],
        output_bytes_max: u64,
    ) -> wasmtime::Result<Answer> {
        let (instance, memory) = match *place {
            Some(place) => place,
            None => *place.insert(self.begin(store).await?),
        };
        self.exchange(
            (&instance, memory),
            &self.handle,
            store,
            event,
            output_bytes_max,
        )
        .await
    }

    /// Loads a program into a language's runtime whose memory is as it was made: what the program leaves in
    /// memory, if all went well, is the image that its calls begin with.
    ///
    /// # Errors
    /// As [`Reactor::run`].
    pub(crate) async fn load(
        &self,
        store: &mut Store<Guest>,
        package: &[u8],
        output_bytes_max: u64,
    ) -> wasmtime::Result<(Answer, Vec<u8>)> {
        let Start::Loaded(language) = &self.start else {
            let why = "it is no language's runtime".to_owned();
            return Ok((Answer::Nonsense(why), Vec::new()));
        };
        let (instance, memory) = self.instantiate(store).await?;
        if let Some(initialize) = &language.runtime.initialize {
            super::call(&instance, store, initialize).await?;
        }
        let answer = self
            .exchange(
                (&instance, memory),
                &language.runtime.load,
                store,
                package,
                output_bytes_max,
            )
            .await?;
        let image = match answer {
            Answer::Result(_) => language.image(memory.data(&*store)),
            _ => Vec::new(),
        };
        Ok((answer, image))
    }

    /// Whether its instances can be called more than once.
    pub(crate) fn is_reusable(&self) -> bool {
        matches!(self.start, Start::Loaded(_))
    }

    async fn begin(&self, store: &mut Store<Guest>) -> wasmtime::Result<Place> {
        let (instance, memory) = self.instantiate(store).await?;
        if let Start::Fresh {
            initialize: Some(initialize),
            ..
        } = &self.start
        {
            super::call(&instance, store, initialize).await?;
        }
        Ok((instance, memory))
    }

    async fn instantiate(&self, store: &mut Store<Guest>) -> wasmtime::Result<Place> {
        match &self.start {
            Start::Fresh { pre, memory, .. } => {
                let instance = pre.instantiate_async(&mut *store).await?;
                let memory = instance
                    .get_module_export(&mut *store, memory)
                    .and_then(Extern::into_memory)
                    .ok_or_else(super::changed)?;
                Ok((instance, memory))
            }
            Start::Loaded(language) => language.instantiate(store).await,
        }
    }

    /// Hands over a text, and takes what one of its functions answers.
    async fn exchange(
        &self,
        (instance, memory): (&Instance, Memory),
        function: &ModuleExport,
        store: &mut Store<Guest>,
        text: &[u8],
        output_bytes_max: u64,
    ) -> wasmtime::Result<Answer> {
        let alloc = super::export(instance, store, &self.alloc)?.typed::<u32, u32>(&*store)?;
        let function = super::export(instance, store, function)?;
        let function = function.typed::<(u32, u32), u64>(&*store)?;

        let size = u32::try_from(text.len())?;
        let at = alloc.call_async(&mut *store, size).await?;
        if memory.write(&mut *store, at as usize, text).is_err() {
            return Ok(Answer::Nonsense(format!(
                "steploom_alloc({size}) gave {at}, which leaves its memory of {} bytes",
                memory.data_size(&*store)
            )));
        }
        let packed = function.call_async(&mut *store, (at, size)).await?;
        let (at, size) = ((packed >> 32) as u32, packed as u32);
        let failed = size & ERROR_BIT != 0;
        let size = size & !ERROR_BIT;
        if u64::from(size) > output_bytes_max {
            return Ok(Answer::TooLarge);
        }
        let data = memory.data(&*store);
        let Some(bytes) = data
            .get(at as usize..)
            .and_then(|rest| rest.get(..size as usize))
        else {
            return Ok(Answer::Nonsense(format!(
                "steploom_handle gave {size} bytes at {at}, which leave its memory of {} bytes",
                data.len()
            )));
        };
        Ok(if failed {
            Answer::Failed(bytes.to_vec())
        } else {
            Answer::Result(bytes.to_vec())
        })
    }
}
