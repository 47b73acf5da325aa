@client
Feature: One-off access requests
  A one-off request is the simplest sale there is: the application asks for items, each has its price, and the
  tokens are gone. Everything else builds on this arithmetic, so it has to be right to the last fraction.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | SignPrint  | 1.0     | 4    |
      | CADPrint   | 2.0     | 7    |

  @DM-ACC-010 @DM-ACC-011 @DM-ACC-012 @DM-CODE-001 @task-9
  Scenario: Two items are charged to one line item
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
    Then the request is granted (DM-CODE-001)
    And the items are answered (DM-ACC-010, DM-ACC-011, DM-CODE-001):
      | item       | code | count | tokens | line items        | rate |
      | PhotoPrint | 101  | 10    | 30     | ACT01-Elastic: 30 | 3    |
      | CADPrint   | 101  | 2     | 14     | ACT01-Elastic: 14 | 7    |
    And 44 tokens are charged (DM-ACC-010)
    And "ACT01-Elastic" has used 44 tokens (DM-ACC-012)

  @DM-ACC-017
  Scenario: Half an item costs half its rate
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests 0.5 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | count | tokens | line items         |
      | PhotoPrint | 101  | 0.5   | 1.5    | ACT01-Elastic: 1.5 |
    And "ACT01-Elastic" has used 1.5 tokens

  @DM-ACC-017 @DM-RATE-023
  Scenario: A fractional rate is charged to the last fraction
    Given a rate table "2" of series "PublicationApps", effective 10 days ago, with:
      | item   | version | rate |
      | Render | 3.1     | 0.25 |
    And a line item "ACT01-Elastic" of 100 tokens
    When LisaBarry requests 3 of "Render" "3.1"
    Then the items are answered:
      | item   | code | tokens | line items          | rate |
      | Render | 101  | 0.75   | ACT01-Elastic: 0.75 | 0.25 |
    And "ACT01-Elastic" has used 0.75 tokens

  @DM-ACC-001 @DM-ACC-010
  Scenario: The answer repeats who asked for what
    Given a line item "ACT01-Elastic" of 1000 tokens
    When the client sends the access request:
      """
      {"requester": {"type": "device", "value": "PLOTTER-7"},
       "requestedItems": [{"item": "CADPrint", "version": "2.0", "count": 2}]}
      """
    Then the answer has status 200 (DM-ACC-001)
    And the answer holds:
      | path                                | value     |
      | requester/type                      | device    |
      | requester/value                     | PLOTTER-7 |
      | requestedItems/0/item               | CADPrint  |
      | requestedItems/0/version            | "2.0"     |
      | requestedItems/0/totalTokensCharged | 14        |

  @DM-ACC-014
  Scenario: Items are processed in the order given
    Given a line item "ACT01-Elastic" of 20 tokens
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 5     |
      | CADPrint   | 2.0     | 1     |
    Then the items are answered:
      | item       | code         | tokens | line items        |
      | PhotoPrint | 101          | 15     | ACT01-Elastic: 15 |
      | CADPrint   | insufficient | 0      |                   |
    And "ACT01-Elastic" has used 15 tokens

  @DM-ACC-015 @DM-CODE-003 @DM-CODE-014 @DM-ACC-027
  Scenario: An unknown item does not block the others
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
      | PhotoPrint | 1.0     | 5     |
    Then the items are answered:
      | item       | code | count | tokens | line items        |
      | PhotoAlbum | 201  | 1     | 0      |                   |
      | PhotoPrint | 101  | 5     | 15     | ACT01-Elastic: 15 |
    And "ACT01-Elastic" has used 15 tokens (DM-ACC-015)

  @DM-ACC-016
  Scenario: A cheaper item is still granted after a dearer one found too few tokens
    Given a line item "ACT01-Elastic" of 20 tokens
    When LisaBarry requests:
      | item       | version | count |
      | CADPrint   | 2.0     | 3     |
      | PhotoPrint | 1.0     | 5     |
    Then the items are answered:
      | item       | code         | tokens | line items        |
      | CADPrint   | insufficient | 0      |                   |
      | PhotoPrint | 101          | 15     | ACT01-Elastic: 15 |
    And "ACT01-Elastic" has used 15 tokens

  @DM-ACC-028
  Scenario: The same request again is another charge
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then each answer has its own correlation ID
    And "ACT01-Elastic" has used 60 tokens

  @DM-ACC-013 @clock
  Scenario: A one-off charge is neither repeated nor given back
    Given a line item "ACT01-Elastic" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And 121 minutes pass
    And the live sessions are listed
    Then 0 sessions are listed
    And "ACT01-Elastic" has used 30 tokens

  @DM-ACC-020
  Scenario Outline: A request with <fault> is turned away
    Given a line item "ACT01-Elastic" of 1000 tokens
    When the client sends the access request:
      """
      {<requester>"requestedItems": [{"item": "PhotoPrint", "version": "1.0", "count": 1}]}
      """
    Then the answer has status 400
    And "ACT01-Elastic" has used 0 tokens

    Examples:
      | fault                       | requester                                   |
      | no requester                |                                             |
      | a requester without type    | "requester": {"value": "LisaBarry"},        |
      | a requester without value   | "requester": {"type": "user"},              |
      | a text as requester         | "requester": "LisaBarry",                   |
      | a number as requester value | "requester": {"type": "user", "value": 17}, |

  @DM-ACC-020
  Scenario Outline: A request for <fault> is turned away
    Given a line item "ACT01-Elastic" of 1000 tokens
    When the client sends the access request:
      """
      {"requester": {"type": "user", "value": "LisaBarry"}, "requestedItems": [<item>]}
      """
    Then the answer has status 400
    And "ACT01-Elastic" has used 0 tokens

    Examples:
      | fault                 | item                                                     |
      | an item without name  | {"version": "1.0", "count": 1}                           |
      | an item without count | {"item": "PhotoPrint", "version": "1.0"}                 |
      | a number as item name | {"item": 17, "version": "1.0", "count": 1}               |
      | a number as version   | {"item": "PhotoPrint", "version": 1.0, "count": 1}       |
      | a text as count       | {"item": "PhotoPrint", "version": "1.0", "count": "one"} |

  @DM-ACC-020
  Scenario Outline: A request <fault> is turned away
    Given a line item "ACT01-Elastic" of 1000 tokens
    When the client sends the access request:
      """
      {"requester": {"type": "user", "value": "LisaBarry"}<rest>
      """
    Then the answer has status 400
    And "ACT01-Elastic" has used 0 tokens

    Examples:
      | fault                           | rest                                                                         |
      | without a list of items         | }                                                                            |
      | with a text instead of the list | , "requestedItems": "PhotoPrint"}                                            |
      | that is cut off                 | , "requestedItems": [{"item": "PhotoPrint", "ver                             |
      | with a comma too many           | , "requestedItems": [{"item": "PhotoPrint", "version": "1.0", "count": 1},]} |
      | with a quote too many           | , "requestedItems": [{"item": ""PhotoPrint", "version": "1.0", "count": 1}]} |

  @DM-ACC-021
  Scenario Outline: Client data that is <kind> is turned away
    Given a line item "ACT01-Elastic" of 1000 tokens
    When the client sends the access request:
      """
      {"requester": {"type": "user", "value": "LisaBarry"},
       "requestedItems": [{"item": "PhotoPrint", "version": "1.0", "count": 1, "metaData": <data>}]}
      """
    Then the answer has status 400
    And "ACT01-Elastic" has used 0 tokens

    Examples:
      | kind     | data                  |
      | a text   | "project P-17"        |
      | a number | 17                    |
      | a list   | [{"project": "P-17"}] |
