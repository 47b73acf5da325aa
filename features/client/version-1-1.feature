@client @site
Feature: Version 1.1 of the API
  Result codes have four digits, so that nobody takes them for HTTP statuses, and a heartbeat of a session that has
  ended says in which state the session is.

  Background:
    Given the API is spoken in version v1.1
    And a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | CADPrint   | 2.0     | 7    |
    And a line item "ACT01" of 50 tokens

  @DM-CODE-010
  Scenario: A granted item has a code of four digits
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then every result code has 4 digits
    And 30 tokens are charged

  @DM-CODE-010
  Scenario: A refused item has a code of four digits
    When LisaBarry requests 10 of "PhotoAlbum" "1.0"
    Then every result code has 4 digits
    And the request is refused

  @DM-HB-004 @DM-HB-005 @clock
  Scenario: A heartbeat of an ended session is told the state
    Given a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
    When 61 minutes pass
    And the client sends a heartbeat
    Then the answer has status 409 (DM-HB-004)
    And the answer names the state "TERMINATED" (DM-HB-005)

  @DM-LINE-016
  Scenario: What is wrong with a line item is listed under message
    When the producer maps the line item:
      """
      {"activationId": "ACT02", "state": "DEPLOYED", "quantity": "ten"}
      """
    Then the answer has status 400
    And the answer holds:
      | path      | value |
      | message/0 | *     |

  @DM-CODE-010
  Scenario: An item that the tokens do not suffice for has a code of four digits
    When LisaBarry requests 90 of "PhotoPrint" "1.0"
    Then every result code has 4 digits
    And the request is refused

  @DM-CODE-010 @clock
  Scenario: Items that another one holds back have codes of four digits
    Given a session
    When LisaBarry requests in the session:
      | item       | version | count |
      | PhotoAlbum | 1.0     | 1     |
      | PhotoPrint | 1.0     | 5     |
    Then every result code has 4 digits

  @DM-LINE-020 @DM-LINE-019
  Scenario: A line item keeps its reset frequency, or refuses one that is not known
    When the producer maps the line item:
      """
      {"activationId": "ACT02", "state": "DEPLOYED", "quantity": 5, "start": 0, "end": 1000,
       "attributes": {"resetFrequency": "monthly"}}
      """
    Then the reset frequency "monthly" of "ACT02" is read

  @DM-VER-001
  Scenario: The version in the address decides how an error looks
    When the producer maps the line item:
      """
      {"activationId": "ACT02", "state": "DEPLOYED", "quantity": "ten"}
      """
    Then the answer holds:
      | path      | value |
      | message/0 | *     |
    Given the API is spoken in version v1.0
    When the producer maps the line item:
      """
      {"activationId": "ACT02", "state": "DEPLOYED", "quantity": "ten"}
      """
    Then the answer holds:
      | path     | value |
      | errors/0 | *     |

  @DM-CODE-011
  Scenario: The four digits of the codes
    When LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | PhotoAlbum | 1.0     | 1     |
      | CADPrint   | 2.0     | 90    |
    Then the four digits of the codes are read
