using Distillation.Mpi;
using Distillation.Mpi.Worker;

torch.set_num_threads(1);
return args[0] switch
{
    "compare" => CompareCommand.Run(),
    "train" => TrainCommand.Run(args[1], Fault.Of(args.ElementAtOrDefault(2))),
    "leave" => LeaveCommand.Run(),
    "signal" => SignalCommand.Run(),
    _ => throw new ArgumentException($"The command must be compare, train, leave or signal, but is '{args[0]}'."),
};
