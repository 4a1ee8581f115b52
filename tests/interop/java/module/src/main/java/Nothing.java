/** Something to compile and pack, so that setup has Maven fetch all that this needs. */
public class Nothing {}
