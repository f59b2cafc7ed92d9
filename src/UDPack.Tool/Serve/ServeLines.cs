namespace UDPack.Tool.Serve;

/// <summary>A client is connected.</summary>
internal sealed record ConnectedLine(string Session, string Client, string Cipher)
{
    public string Type => "connected";
}

/// <summary>A client's token was refused.</summary>
internal sealed record RefusedLine(string Client)
{
    public string Type => "refused";
}

/// <summary>A step of a handshake, with --verbose.</summary>
internal sealed record HandshakeStepLine(string Session, string Step, string State, int Bytes, double Ms)
{
    public string Type => "handshakeStep";
}

/// <summary>A client opened a stream, with --verbose.</summary>
internal sealed record StreamOpenedLine(string Session, uint Stream)
{
    public string Type => "streamOpened";
}

/// <summary>A stream is over, with --verbose.</summary>
internal sealed record StreamEndedLine(string Session, uint Stream, string Result)
{
    public string Type => "streamEnded";
}

/// <summary>Ctrl-C came; so many sessions may finish.</summary>
internal sealed record StoppingLine(int Sessions)
{
    public string Type => "stopping";
}

/// <summary>All of the server's life.</summary>
internal sealed record StoppedLine(long Sessions, long DatagramsSent, long DatagramsReceived, long DatagramsLost)
{
    public string Type => "stopped";
}
