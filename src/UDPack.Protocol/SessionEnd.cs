namespace UDPack.Protocol;

/// <summary>The code in a goaway frame.</summary>
internal enum GoAwayCode : byte
{
    Normal = 0,
    Error = 1,
    Expired = 2,
}

/// <summary>How a session ended: the cause, the application's code if one was given, and for protocol errors what was wrong.</summary>
internal readonly record struct SessionEnd(SessionEndCause Cause, ushort? ApplicationCode = null, string? Detail = null)
{
    public GoAwayCode GoAway => Cause switch
    {
        SessionEndCause.ClosedLocally => GoAwayCode.Normal,
        SessionEndCause.Expired => GoAwayCode.Expired,
        _ => GoAwayCode.Error,
    };
}
