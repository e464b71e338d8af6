use async_trait::async_trait;
use steploom_types::{ExecutionId, ShardId, limits};

use super::*;
use crate::Result;
use crate::contract::Subject;

/// Small, so that tests see many partitions.
const PARTITION: u64 = 10;

struct InMemory {
    memory: Memory,
    clock: Clock,
}

impl InMemory {
    fn new() -> Self {
        let clock = Clock::manual();
        Self {
            memory: Memory::new(clock.clone()).with_partitions_of(PARTITION),
            clock,
        }
    }
}

#[async_trait]
impl Subject for InMemory {
    async fn open(&self) -> Result<Store> {
        Ok(self.memory.store())
    }

    async fn let_leases_run_out(&self, _: &Store) -> Result<()> {
        self.clock
            .advance_ms(u64::from(limits::LEASE_SECONDS) * 1_000);
        Ok(())
    }

    async fn flip_record(&self, shard: ShardId, lsn: Lsn) -> Result<()> {
        assert!(self.memory.flip_record(shard, lsn));
        Ok(())
    }

    async fn flip_chunk(&self, id: ExecutionId) -> Result<()> {
        assert!(self.memory.flip_chunk(id));
        Ok(())
    }

    fn partition_rows(&self) -> u64 {
        PARTITION
    }

    fn generation_bytes(&self) -> usize {
        1_600
    }
}

crate::contract!(InMemory::new());
