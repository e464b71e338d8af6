//! What a guest may hold: linear memory and tables, over all of its core instances.

use steploom_types::limits::function as limits;
use wasmtime::ResourceLimiter;

use crate::engine;

/// Counts what one invocation holds and refuses what is over its limit. A refused `memory.grow`
/// answers -1, as the specification wants; what the guest makes of it is its affair, but if it
/// then fails, the refusal is why.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_bytes_max: u64,
    memory_bytes: u64,
    memory_bytes_peak: u64,
    table_elements: u64,
    /// What was asked for when memory was refused.
    pub(crate) memory_refused: Option<u64>,
    /// What was asked for when a table was refused.
    pub(crate) table_refused: Option<u64>,
}

impl Limiter {
    pub(crate) fn new(memory_bytes_max: u64) -> Self {
        Self {
            memory_bytes_max,
            memory_bytes: 0,
            memory_bytes_peak: 0,
            table_elements: 0,
            memory_refused: None,
            table_refused: None,
        }
    }

    /// That of the next call of an instance, which holds what it held.
    pub(crate) fn next(&self) -> Self {
        Self {
            memory_bytes: self.memory_bytes,
            memory_bytes_peak: self.memory_bytes,
            table_elements: self.table_elements,
            ..Self::new(self.memory_bytes_max)
        }
    }

    /// Linear memory that is held now.
    pub(crate) fn memory_bytes(&self) -> u64 {
        self.memory_bytes
    }

    /// The most linear memory that was held.
    pub(crate) fn memory_bytes_peak(&self) -> u64 {
        self.memory_bytes_peak
    }

    pub(crate) fn memory_bytes_max(&self) -> u64 {
        self.memory_bytes_max
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self
            .memory_bytes
            .saturating_add(desired.saturating_sub(current) as u64);
        if total > self.memory_bytes_max {
            self.memory_refused = Some(total);
            return Ok(false);
        }
        self.memory_bytes = total;
        self.memory_bytes_peak = self.memory_bytes_peak.max(total);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self
            .table_elements
            .saturating_add(desired.saturating_sub(current) as u64);
        if total > limits::TABLE_ELEMENTS_MAX {
            self.table_refused = Some(total);
            return Ok(false);
        }
        self.table_elements = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        engine::CORE_INSTANCES_PER_CALL as usize
    }

    fn tables(&self) -> usize {
        engine::TABLES_PER_CALL as usize
    }

    fn memories(&self) -> usize {
        engine::MEMORIES_PER_CALL as usize
    }
}
