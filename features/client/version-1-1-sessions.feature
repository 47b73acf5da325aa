@client @site
Feature: Sessions in version 1.1
  The same life as in version 1.0, but whoever asks for too much of a session is told its state with status 409.

  Background:
    Given the API is spoken in version v1.1
    And a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01-Elastic" of 1000 tokens
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |

  @DM-HB-004 @DM-TIME-005 @clock
  Scenario: A heartbeat after the window is refused with 409
    When 91 minutes pass
    And the client sends a heartbeat
    Then the answer has status 409
    And "ACT01-Elastic" has used 30 tokens (DM-TIME-005)

  @DM-HB-006 @clock
  Scenario: Where the refusal of a heartbeat names the state
    When 91 minutes pass
    And the client sends a heartbeat
    Then the message of the refused heartbeat is read

  @DM-SES-006 @DM-SES-070 @DM-REF-001 @clock
  Scenario: Closing 140 minutes after the first charge leaves 140 minutes paid
    When 75 minutes pass
    And the client sends a heartbeat
    Then the heartbeat is accepted
    When 65 minutes pass
    And the client closes the session
    Then the answer has status 200 (DM-SES-*)
    And "ACT01-Elastic" has used 70 tokens (DM-REF-001)
