// Kernels with planted errors: what the tests of kernels must find.
#pragma once

namespace moebel::test
{

/// 64 numbers: to[i] = from[i + 1], the last one from[0]. Without `waits` a race.
void neighbours(bool waits, const float* from, float* to);
/// 32 numbers: to[i] = from[i ^ 1]. Without `waits` a race within a warp.
void warpNeighbours(bool waits, const float* from, float* to);
/// A sum of one number a block, in the order in which blocks happen to run.
void blocksAdd(const float* from, int blocks, float* sum);

/// to[i] = from[i + past] for 64 numbers.
void readPast(const float* from, float* to, int past);
/// The same error in shared memory.
void writePastShared(float* to, int past);
/// 64 numbers of shared memory that nobody wrote.
void readUnsetShared(float* to);

// Undefined on a GPU; each ends the program.
void waitInBranch();
void leaveBeforeBarrier();
void shuffleInBranch(float* to);
void launchTooManyThreads(float* to);

}  // namespace moebel::test
