// Tensor.TotalCount, by which leaks are found, and libtorch's generator are one per process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: Distillation.Tests.Seeded]
